//! An OTLP receiver over gRPC that keeps what it is sent, and can be told how to answer.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::codec::CompressionEncoding;
use tonic::metadata::MetadataMap;
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tonic::{Code, Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use super::eventually;

/// How a receiver answers.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// It takes everything.
    Accept,
    /// It takes all but this many spans of each batch.
    AcceptAllBut(i64),
    /// It refuses with this code.
    Refuse(Code),
    /// It refuses once with this code, asks to be left alone for so long, and takes everything then.
    RefuseOnce(Code, Duration),
    /// It never answers.
    Hang,
}

/// What receivers keep.
#[derive(Debug, Default)]
pub(crate) struct Received {
    pub(crate) requests: Vec<ExportTraceServiceRequest>,
    pub(crate) metadata: Vec<HashMap<String, String>>,
    /// When requests came in, those refused included.
    pub(crate) arrivals: Vec<Instant>,
}

/// Where receivers keep it; outlives them.
pub(crate) type Store = Arc<Mutex<Received>>;

/// A receiver that runs until it is dropped.
pub(crate) struct Collector {
    pub(crate) address: SocketAddr,
    store: Store,
    answer: Arc<Mutex<Answer>>,
    server: JoinHandle<()>,
}

impl Collector {
    /// Starts one on a free port.
    pub(crate) async fn start() -> Self {
        Self::start_at((Ipv4Addr::LOCALHOST, 0).into()).await
    }

    /// Starts one on a port that is known already.
    pub(crate) async fn start_at(address: SocketAddr) -> Self {
        Self::start_with(address, Server::builder()).await
    }

    /// Starts one that speaks TLS, with a certificate from [`Collector::authority`].
    pub(crate) async fn start_encrypted() -> Self {
        let identity = Identity::from_pem(
            include_str!("../certificates/server.pem"),
            include_str!("../certificates/server.key.pem"),
        );
        let server = Server::builder()
            .tls_config(ServerTlsConfig::new().identity(identity))
            .expect("a valid certificate");
        Self::start_with((Ipv4Addr::LOCALHOST, 0).into(), server).await
    }

    /// The file of the authority that the encrypted receiver's certificate is from.
    pub(crate) fn authority() -> &'static str {
        concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/it/certificates/authority.pem"
        )
    }

    async fn start_with(address: SocketAddr, mut server: Server) -> Self {
        let listener = TcpListener::bind(address).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let store = Store::default();
        let answer = Arc::new(Mutex::new(Answer::Accept));
        let service = TraceServiceServer::new(Receiver {
            store: Arc::clone(&store),
            answer: Arc::clone(&answer),
        })
        .accept_compressed(CompressionEncoding::Gzip);
        let server = tokio::spawn(async move {
            server
                .add_service(service)
                .serve_with_incoming(TcpListenerStream::new(listener))
                .await
                .expect("the receiver runs");
        });
        Self {
            address,
            store,
            answer,
            server,
        }
    }

    /// Answers like this from now on.
    pub(crate) fn answer(&self, answer: Answer) {
        *self.answer.lock().expect("no panic") = answer;
    }

    /// What came in.
    pub(crate) fn received(&self) -> Store {
        Arc::clone(&self.store)
    }

    /// All spans that came in.
    pub(crate) fn spans(&self) -> Vec<Span> {
        spans(&self.store)
    }

    /// Waits for the span with this name.
    pub(crate) async fn span(&self, name: &str) -> Span {
        span(&self.store, name).await
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct Receiver {
    store: Store,
    answer: Arc<Mutex<Answer>>,
}

#[tonic::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.store
            .lock()
            .expect("no panic")
            .arrivals
            .push(Instant::now());
        let answer = {
            let mut answer = self.answer.lock().expect("no panic");
            let now = answer.clone();
            if let Answer::RefuseOnce(..) = now {
                *answer = Answer::Accept;
            }
            now
        };
        let rejected = match answer {
            Answer::Accept => 0,
            Answer::AcceptAllBut(rejected) => rejected,
            Answer::Refuse(code) => return Err(Status::new(code, "told to refuse")),
            Answer::RefuseOnce(code, pause) => {
                let details = ErrorDetails::with_retry_info(Some(pause));
                return Err(Status::with_error_details(code, "told to wait", details));
            }
            Answer::Hang => std::future::pending().await,
        };
        let mut store = self.store.lock().expect("no panic");
        store.metadata.push(texts(request.metadata()));
        store.requests.push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse {
            partial_success: (rejected > 0).then(|| ExportTracePartialSuccess {
                rejected_spans: rejected,
                error_message: "told to reject some".to_owned(),
            }),
        }))
    }
}

fn texts(metadata: &MetadataMap) -> HashMap<String, String> {
    metadata
        .as_ref()
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect()
}

/// All spans in `store`.
pub(crate) fn spans(store: &Store) -> Vec<Span> {
    let store = store.lock().expect("no panic");
    store
        .requests
        .iter()
        .flat_map(|request| &request.resource_spans)
        .flat_map(|resource| &resource.scope_spans)
        .flat_map(|scope| scope.spans.clone())
        .collect()
}

/// Waits for the span with this name.
pub(crate) async fn span(store: &Store, name: &str) -> Span {
    eventually(&format!("span `{name}`"), || {
        spans(store).into_iter().find(|span| span.name == name)
    })
    .await
}

/// Attributes as texts, by name.
pub(crate) fn attributes(attributes: &[KeyValue]) -> HashMap<String, String> {
    attributes
        .iter()
        .map(|attribute| (attribute.key.clone(), text(attribute.value.as_ref())))
        .collect()
}

fn text(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::DoubleValue(number)) => number.to_string(),
        Some(Value::BoolValue(boolean)) => boolean.to_string(),
        other => format!("{other:?}"),
    }
}

/// Bytes as lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat()
}

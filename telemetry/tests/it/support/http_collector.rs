//! An OTLP receiver over HTTP that keeps what it is sent, and the paths it is sent to.

use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::collector::Store;

/// A fixed answer: status, media type, body.
pub(crate) type Fixed = (StatusCode, &'static str, &'static str);

/// The seconds that a busy receiver asks for.
pub(crate) const RETRY_AFTER: u64 = 2;

/// Whether a receiver has no time at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Busy {
    Never,
    Once,
}

/// A receiver that runs until it is dropped.
pub(crate) struct HttpCollector {
    pub(crate) address: SocketAddr,
    pub(crate) store: Store,
    pub(crate) paths: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Receiver {
    store: Store,
    paths: Arc<Mutex<Vec<String>>>,
    fixed: Option<Fixed>,
    busy: Arc<AtomicBool>,
}

impl HttpCollector {
    /// Starts one that takes everything.
    pub(crate) async fn start() -> Self {
        Self::start_with(None, Busy::Never).await
    }

    /// Starts one that answers 503 once, with [`RETRY_AFTER`], and takes everything then.
    pub(crate) async fn start_busy() -> Self {
        Self::start_with(None, Busy::Once).await
    }

    /// Starts something that gives the same answer to everything.
    pub(crate) async fn start_answering(fixed: Fixed) -> Self {
        Self::start_with(Some(fixed), Busy::Never).await
    }

    async fn start_with(fixed: Option<Fixed>, busy: Busy) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let receiver = Receiver {
            store: Store::default(),
            paths: Arc::default(),
            fixed,
            busy: Arc::new(AtomicBool::new(busy == Busy::Once)),
        };
        let app = Router::new()
            .fallback(receive)
            .layer(DefaultBodyLimit::max(16 << 20))
            .with_state(receiver.clone());
        let server = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("the receiver runs");
        });
        Self {
            address,
            store: receiver.store,
            paths: receiver.paths,
            server,
        }
    }
}

impl Drop for HttpCollector {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn receive(
    State(receiver): State<Receiver>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    receiver
        .paths
        .lock()
        .expect("no panic")
        .push(uri.path().to_owned());
    receiver
        .store
        .lock()
        .expect("no panic")
        .arrivals
        .push(Instant::now());
    if receiver.busy.swap(false, Ordering::AcqRel) {
        let asked = [(header::RETRY_AFTER, RETRY_AFTER.to_string())];
        return (StatusCode::SERVICE_UNAVAILABLE, asked).into_response();
    }
    if let Some((status, media_type, text)) = receiver.fixed {
        return (status, [(header::CONTENT_TYPE, media_type)], text).into_response();
    }
    let is_compressed = headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding == "gzip");
    let body = if is_compressed {
        let mut plain = Vec::new();
        GzDecoder::new(body.as_ref())
            .read_to_end(&mut plain)
            .expect("valid gzip");
        Bytes::from(plain)
    } else {
        body
    };
    let request = ExportTraceServiceRequest::decode(body).expect("a valid request");
    let mut store = receiver.store.lock().expect("no panic");
    store.requests.push(request);
    store.metadata.push(
        headers
            .iter()
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect(),
    );
    (
        [(header::CONTENT_TYPE, "application/x-protobuf")],
        ExportTraceServiceResponse::default().encode_to_vec(),
    )
        .into_response()
}

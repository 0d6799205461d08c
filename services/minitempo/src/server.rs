//! A running server: the three listeners, the store and their common end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tonic::transport::server::TcpIncoming;
use tracing::{error, info, warn};

use crate::api::{self, ApiState, Lifecycle};
use crate::config::{Config, Endpoint};
use crate::generator::Generator;
use crate::ingest::{self, Pipeline};
use crate::listeners::{Group, bind, serve_http};
use crate::metrics::Metrics;
use crate::query::{self, Trace};
use crate::store::{StoreError, Writer, WriterHandle, WriterSettings};

/// How often blocks are looked at, to start a new one and to delete old ones, and idle traces are forgotten.
const HOUSEKEEPING: Duration = Duration::from_secs(1);

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port could not be had.
    #[error("listen tcp {address}")]
    Listen {
        /// Which listener.
        listener: Listener,
        /// The address that was asked for.
        address: Endpoint,
        /// What the operating system said.
        source: io::Error,
    },
    /// The store could not be opened.
    #[error("failed to create store")]
    Store(#[source] StoreError),
}

/// The ports of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listener {
    /// The query API.
    Http,
    /// OTLP over gRPC.
    OtlpGrpc,
    /// OTLP over HTTP.
    OtlpHttp,
}

/// The way to start a server.
#[derive(Debug)]
pub struct Server;

/// A server that answers; it stops when this is dropped, and waits for its requests in [`Running::shutdown`].
pub struct Running {
    http: SocketAddr,
    otlp_grpc: Option<SocketAddr>,
    otlp_http: Option<SocketAddr>,
    state: Arc<ApiState>,
    receivers: Group,
    api: Group,
    writer: Writer,
}

impl Server {
    /// Opens the store and all ports; everything answers when this returns. Must be called inside a tokio runtime.
    pub async fn start(config: Config) -> Result<Running, StartError> {
        let http = bind(Listener::Http, &config.http).await?;
        let opened = Writer::open(WriterSettings {
            folder: config.data.clone(),
            block_duration: config.block_duration,
            block_bytes: config.block_bytes,
            retention: config.block_retention,
        })
        .map_err(StartError::Store)?;
        for block in &opened.set_aside {
            warn!(
                file = %block.path.display(),
                bytes = block.bytes,
                reason = %block.reason,
                "damaged block set aside; its spans are not served"
            );
        }
        let metrics = Arc::new(Metrics::default());
        let pipeline = Arc::new(Pipeline::new(
            config.tenancy,
            &config.limits,
            Arc::clone(&opened.catalogue),
            opened.handle.clone(),
            Arc::clone(&metrics),
            config
                .generator
                .clone()
                .map(|settings| Generator::new(settings, config.tenancy)),
        ));
        let state = Arc::new(ApiState {
            lifecycle: Arc::new(Lifecycle::default()),
            catalogue: opened.catalogue,
            writer: opened.handle.clone(),
            pipeline,
            metrics,
            config,
        });
        let mut receivers = Group::new();
        let otlp_grpc = serve_grpc(&state, &mut receivers).await?;
        let otlp_http = serve_otlp_http(&state, &mut receivers).await?;
        receivers.spawn(keep_house(
            Arc::clone(&state.pipeline),
            opened.handle,
            receivers.told_to_finish(),
        ));
        let mut api = Group::new();
        let router = api::router(Arc::clone(&state));
        api.spawn(serve_http(http.socket, router, api.told_to_finish()));
        Ok(Running {
            http: http.address,
            otlp_grpc,
            otlp_http,
            state,
            receivers,
            api,
            writer: opened.writer,
        })
    }
}

impl Running {
    /// Where the query API answers.
    pub fn http_addr(&self) -> SocketAddr {
        self.http
    }

    /// Where OTLP over gRPC is received, if it is.
    pub fn otlp_grpc_addr(&self) -> Option<SocketAddr> {
        self.otlp_grpc
    }

    /// Where OTLP over HTTP is received, if it is.
    pub fn otlp_http_addr(&self) -> Option<SocketAddr> {
        self.otlp_http
    }

    /// Everything that the single tenant has stored, trace by trace: for tests that ask what arrived.
    pub async fn received(&self) -> Result<Vec<Trace>, ReadError> {
        let catalogue = Arc::clone(&self.state.catalogue);
        tokio::task::spawn_blocking(move || query::all_traces(&catalogue))
            .await
            .map_err(|_| ReadError(query::QueryError::Interrupted))?
            .map_err(ReadError)
    }

    /// Closes the receivers, writes what they took, answers queries until then, and closes the store.
    pub async fn shutdown(self) {
        self.state.lifecycle.stop();
        self.receivers.finish().await;
        let writer = self.writer;
        if let Err(failure) = tokio::task::spawn_blocking(move || writer.finish()).await {
            error!(err = %failure, "waiting for the span writer was interrupted");
        }
        self.api.finish().await;
    }
}

/// Why stored traces could not be read.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ReadError(query::QueryError);

async fn serve_grpc(
    state: &ApiState,
    receivers: &mut Group,
) -> Result<Option<SocketAddr>, StartError> {
    let Some(endpoint) = &state.config.otlp_grpc else {
        return Ok(None);
    };
    let bound = bind(Listener::OtlpGrpc, endpoint).await?;
    info!(component = "tempo", endpoint = %bound.address, "Starting GRPC server");
    let incoming = TcpIncoming::from(bound.socket).with_nodelay(Some(true));
    let service = ingest::grpc::TraceReceiver::new(Arc::clone(&state.pipeline));
    let told_to_finish = receivers.told_to_finish();
    receivers.spawn(async move {
        let served = tonic::transport::Server::builder()
            .serve_with_incoming_shutdown(service, incoming, told_to_finish)
            .await;
        if let Err(failure) = served {
            error!(err = %failure, "gRPC receiver failed");
        }
    });
    Ok(Some(bound.address))
}

async fn serve_otlp_http(
    state: &ApiState,
    receivers: &mut Group,
) -> Result<Option<SocketAddr>, StartError> {
    let Some(endpoint) = &state.config.otlp_http else {
        return Ok(None);
    };
    let bound = bind(Listener::OtlpHttp, endpoint).await?;
    info!(component = "tempo", endpoint = %bound.address, "Starting HTTP server");
    let router = ingest::http::router(Arc::clone(&state.pipeline));
    receivers.spawn(serve_http(bound.socket, router, receivers.told_to_finish()));
    Ok(Some(bound.address))
}

async fn keep_house(
    pipeline: Arc<Pipeline>,
    writer: WriterHandle,
    told_to_finish: impl Future<Output = ()>,
) {
    let mut told_to_finish = std::pin::pin!(told_to_finish);
    let mut ticks = tokio::time::interval(HOUSEKEEPING);
    loop {
        tokio::select! {
            () = &mut told_to_finish => return,
            _ = ticks.tick() => {
                pipeline.keep_house();
                if let Err(failure) = writer.keep_house().await {
                    error!(err = %failure, "blocks are no longer looked after");
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use axum::body::Body;
    use http::{Request, StatusCode};
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
    use prost::Message as _;
    use tower::ServiceExt as _;

    use super::*;
    use crate::ingest::Transport;

    const QUESTIONS: [&str; 4] = [
        "/api/traces/07070707070707070707070707070707",
        "/api/v2/traces/07070707070707070707070707070707",
        "/api/search?q=%7B%7D",
        "/api/v2/search/tags",
    ];

    async fn send(running: &Running) {
        let span = Span {
            trace_id: vec![7; 16],
            span_id: vec![7; 8],
            start_time_unix_nano: 1_795_328_711_000_000_000,
            end_time_unix_nano: 1_795_328_711_050_000_000,
            ..Span::default()
        };
        let request = ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans {
                scope_spans: vec![ScopeSpans {
                    spans: vec![span],
                    ..ScopeSpans::default()
                }],
                ..ResourceSpans::default()
            }],
        };
        let body = request.encode_to_vec().into();
        let pushed = running.state.pipeline.push(None, body, Transport::Http);
        pushed.await.expect("stored");
    }

    async fn status(running: &Running, question: &str) -> StatusCode {
        let request = Request::get(question).body(Body::empty()).expect("valid");
        let router = api::router(Arc::clone(&running.state));
        router.oneshot(request).await.expect("an answer").status()
    }

    #[tokio::test]
    async fn spans_that_cannot_be_read_for_now_are_an_error_and_not_an_absence() {
        let folder = tempfile::tempdir().expect("a folder");
        let running = Server::start(Config::ephemeral(folder.path()))
            .await
            .expect("starts");
        send(&running).await;
        let block = Arc::clone(&running.state.catalogue.blocks()[0]);
        let away = block.path().with_extension("away");
        fs::rename(block.path(), &away).expect("moved");
        assert!(block.reopen().is_err());
        for question in QUESTIONS {
            let status = status(&running, question).await;
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{question}");
        }
        fs::rename(&away, block.path()).expect("moved back");
        let served = async {
            let mut looks = tokio::time::interval(Duration::from_millis(50));
            while status(&running, QUESTIONS[0]).await != StatusCode::OK {
                looks.tick().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), served)
            .await
            .expect("opened again in time");
        for question in QUESTIONS {
            assert_eq!(status(&running, question).await, StatusCode::OK);
        }
        running.shutdown().await;
    }
}

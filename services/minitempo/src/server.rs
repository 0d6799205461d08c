//! A running server: the three listeners, the store and their common end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::transport::server::TcpIncoming;
use tracing::{debug, error, info, warn};

use crate::api::{self, ApiState, Lifecycle};
use crate::config::{Config, Endpoint};
use crate::ingest::{self, Pipeline};
use crate::metrics::Metrics;
use crate::query::{self, Trace};
use crate::store::{StoreError, Writer, WriterHandle, WriterSettings};

/// How often blocks are looked at: to start a new one, to delete old ones.
const HOUSEKEEPING: Duration = Duration::from_secs(1);
/// How long open connections may take to finish their requests at the end.
const DRAIN: Duration = Duration::from_secs(5);

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
    stop: watch::Sender<Stage>,
    tasks: JoinSet<()>,
    writer: Writer,
}

/// What the listeners do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Serving,
    /// The receivers are closed, the query port still answers.
    ReceiversClosed,
    Stopped,
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
        ));
        let (stop, stages) = watch::channel(Stage::Serving);
        let mut tasks = JoinSet::new();
        let state = Arc::new(ApiState {
            lifecycle: Arc::new(Lifecycle::default()),
            catalogue: opened.catalogue,
            writer: opened.handle.clone(),
            pipeline: Arc::clone(&pipeline),
            metrics,
            config,
        });
        let otlp_grpc = serve_grpc(&state, &pipeline, &stages, &mut tasks).await?;
        let otlp_http = serve_otlp_http(&state, &pipeline, &stages, &mut tasks).await?;
        let router = api::router(Arc::clone(&state));
        tasks.spawn(serve_http(
            http.socket,
            router,
            reached(stages.clone(), Stage::Stopped),
        ));
        tasks.spawn(keep_house(
            opened.handle,
            reached(stages, Stage::ReceiversClosed),
        ));
        Ok(Running {
            http: http.address,
            otlp_grpc,
            otlp_http,
            state,
            stop,
            tasks,
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

    /// Closes the receivers, finishes the requests under way and closes the store.
    pub async fn shutdown(mut self) {
        self.state.lifecycle.stop();
        self.stop.send_replace(Stage::ReceiversClosed);
        self.stop.send_replace(Stage::Stopped);
        let drained = tokio::time::timeout(DRAIN, async {
            while let Some(ended) = self.tasks.join_next().await {
                if let Err(failure) = ended {
                    error!(err = %failure, "a listener ended with a panic");
                }
            }
        })
        .await;
        if drained.is_err() {
            warn!("requests were still under way at the end of the grace time");
            self.tasks.shutdown().await;
        }
        // The last handles to the store go with the state, and the writer ends when they are gone.
        drop(self.state);
        let writer = self.writer;
        if let Err(failure) = tokio::task::spawn_blocking(move || writer.join()).await {
            error!(err = %failure, "waiting for the span writer was interrupted");
        }
    }
}

/// Why stored traces could not be read.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ReadError(query::QueryError);

async fn bind(listener: Listener, endpoint: &Endpoint) -> Result<Bound, StartError> {
    let failed = |source: io::Error| StartError::Listen {
        listener,
        address: endpoint.clone(),
        source,
    };
    let mut candidates = endpoint.candidates().into_iter().peekable();
    loop {
        let Some((host, port)) = candidates.next() else {
            return Err(failed(io::ErrorKind::AddrNotAvailable.into()));
        };
        match TcpListener::bind((host.as_str(), port)).await {
            Ok(socket) => {
                let address = socket.local_addr().map_err(failed)?;
                return Ok(Bound { socket, address });
            }
            // A machine without IPv6 says so; a port that is taken is taken for both.
            Err(error)
                if candidates.peek().is_none() || error.kind() == io::ErrorKind::AddrInUse =>
            {
                return Err(failed(error));
            }
            Err(error) => debug!(err = %error, "listening on IPv4 alone"),
        }
    }
}

/// A port that is open.
struct Bound {
    socket: TcpListener,
    address: SocketAddr,
}

async fn serve_grpc(
    state: &Arc<ApiState>,
    pipeline: &Arc<Pipeline>,
    stages: &watch::Receiver<Stage>,
    tasks: &mut JoinSet<()>,
) -> Result<Option<SocketAddr>, StartError> {
    let Some(endpoint) = &state.config.otlp_grpc else {
        return Ok(None);
    };
    let bound = bind(Listener::OtlpGrpc, endpoint).await?;
    info!(component = "tempo", endpoint = %bound.address, "Starting GRPC server");
    let incoming = TcpIncoming::from(bound.socket).with_nodelay(Some(true));
    let service = ingest::grpc::TraceReceiver::new(Arc::clone(pipeline));
    let stopped = reached(stages.clone(), Stage::ReceiversClosed);
    tasks.spawn(async move {
        let served = tonic::transport::Server::builder()
            .serve_with_incoming_shutdown(service, incoming, stopped)
            .await;
        if let Err(failure) = served {
            error!(err = %failure, "gRPC receiver failed");
        }
    });
    Ok(Some(bound.address))
}

async fn serve_otlp_http(
    state: &Arc<ApiState>,
    pipeline: &Arc<Pipeline>,
    stages: &watch::Receiver<Stage>,
    tasks: &mut JoinSet<()>,
) -> Result<Option<SocketAddr>, StartError> {
    let Some(endpoint) = &state.config.otlp_http else {
        return Ok(None);
    };
    let bound = bind(Listener::OtlpHttp, endpoint).await?;
    info!(component = "tempo", endpoint = %bound.address, "Starting HTTP server");
    let router = ingest::http::router(Arc::clone(pipeline));
    tasks.spawn(serve_http(
        bound.socket,
        router,
        reached(stages.clone(), Stage::ReceiversClosed),
    ));
    Ok(Some(bound.address))
}

async fn serve_http(
    listener: TcpListener,
    router: Router,
    stopped: impl Future<Output = ()> + Send + 'static,
) {
    let served = axum::serve(listener, router)
        .with_graceful_shutdown(stopped)
        .await;
    if let Err(failure) = served {
        error!(err = %failure, "HTTP server failed");
    }
}

async fn keep_house(writer: WriterHandle, stopped: impl Future<Output = ()>) {
    let mut stopped = std::pin::pin!(stopped);
    let mut ticks = tokio::time::interval(HOUSEKEEPING);
    loop {
        tokio::select! {
            () = &mut stopped => return,
            _ = ticks.tick() => {
                if let Err(failure) = writer.keep_house().await {
                    error!(err = %failure, "blocks are no longer looked after");
                    return;
                }
            }
        }
    }
}

/// Ends when a stages is reached or the server is dropped.
async fn reached(mut stages: watch::Receiver<Stage>, wanted: Stage) {
    match stages.wait_for(|now| *now >= wanted).await {
        Ok(_) => {}
        Err(dropped) => debug!(err = %dropped, "server dropped without shutdown"),
    }
}

//! A service at work: from the bound listener to the last drained request.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::{Background, Service, StartError};

/// How long requests and background work may still take once the service stops.
pub const DRAIN_TIME: Duration = Duration::from_secs(6);

/// How long the spans of the last requests may take to leave; with [`DRAIN_TIME`] under a stop grace of 10 s.
pub const FLUSH_TIME: Duration = Duration::from_secs(3);

/// A service that answers requests.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
    background: Option<Background>,
}

/// Binds `address` (port 0 for any free port) and starts to answer requests.
pub async fn start(service: Service, address: SocketAddr) -> Result<Running, StartError> {
    let bind = |source| StartError::Bind { address, source };
    let listener = TcpListener::bind(address).await.map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    let mut service = service;
    let background = service.background.take();
    let router = service.into_router().map_err(StartError::Metrics)?;
    let stop = CancellationToken::new();
    let stopped = stop.clone().cancelled_owned();
    let serve = axum::serve(listener, router).with_graceful_shutdown(stopped);
    let server = tokio::spawn(serve.into_future());
    info!(address = %address, "listening");
    Ok(Running {
        address,
        stop,
        server,
        background,
    })
}

impl Running {
    /// The address that the service listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops to accept requests and waits for those under way and for background work, at most [`DRAIN_TIME`].
    pub async fn stop(self) {
        let Self {
            stop,
            mut server,
            background,
            ..
        } = self;
        stop.cancel();
        let drain = async {
            let served = async {
                match (&mut server).await {
                    Ok(Ok(())) => {}
                    Ok(Err(cause)) => error!(error = %cause, "the server ended with an error"),
                    Err(cause) => error!(error = %cause, "the server panicked"),
                }
            };
            let worked = async {
                if let Some(Background { stop, work }) = background {
                    stop.cancel();
                    if let Err(cause) = work.await {
                        error!(error = %cause, "the background work panicked");
                    }
                }
            };
            tokio::join!(served, worked);
        };
        if tokio::time::timeout(DRAIN_TIME, drain).await.is_err() {
            warn!(
                seconds = DRAIN_TIME.as_secs(),
                "stopping with requests still under way"
            );
            server.abort();
        }
    }
}

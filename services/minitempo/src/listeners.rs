//! Ports, and the tasks that serve them.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{debug, error, warn};

use crate::config::Endpoint;
use crate::server::{Listener, StartError};

/// How long open connections may take to finish their requests at the end.
const DRAIN: Duration = Duration::from_secs(5);

/// Opens a port.
pub(crate) async fn bind(listener: Listener, endpoint: &Endpoint) -> Result<Bound, StartError> {
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
pub(crate) struct Bound {
    pub(crate) socket: TcpListener,
    pub(crate) address: SocketAddr,
}

/// Serves routes on a port until told to stop; requests under way are finished.
pub(crate) async fn serve_http(
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

/// Whether tasks are to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    GoOn,
    Finish,
}

/// Tasks that end together.
pub(crate) struct Group {
    work: watch::Sender<Work>,
    tasks: JoinSet<()>,
}

impl Group {
    pub(crate) fn new() -> Self {
        Self {
            work: watch::Sender::new(Work::GoOn),
            tasks: JoinSet::new(),
        }
    }

    /// Ends when the tasks are to finish, or when their group is gone.
    pub(crate) fn told_to_finish(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut work = self.work.subscribe();
        async move {
            match work.wait_for(|work| *work == Work::Finish).await {
                Ok(_) => {}
                Err(gone) => debug!(err = %gone, "server dropped without shutdown"),
            }
        }
    }

    pub(crate) fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Tells the tasks to finish and waits until they have, for a while.
    pub(crate) async fn finish(mut self) {
        self.work.send_replace(Work::Finish);
        let finished = tokio::time::timeout(DRAIN, async {
            while let Some(ended) = self.tasks.join_next().await {
                if let Err(failure) = ended {
                    error!(err = %failure, "a listener ended with a panic");
                }
            }
        })
        .await;
        if finished.is_err() {
            warn!("requests were still under way at the end of the grace time");
            self.tasks.shutdown().await;
        }
    }
}

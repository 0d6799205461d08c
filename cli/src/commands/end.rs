//! What tells a server to end.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Whatever may tell a server to end.
pub(super) struct End {
    interrupted: Signal,
    terminated: Signal,
}

impl End {
    /// From here on signals are waited for.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            interrupted: signal(SignalKind::interrupt())?,
            terminated: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for one.
    pub(super) async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
        }
    }
}

//! How the writing thread is told what to do, and what it has done.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::sync::{mpsc, oneshot};

use super::error::StoreError;
use super::fragment::Fragment;

/// What the writer has done, for `/metrics`.
#[derive(Debug, Default)]
pub(crate) struct WriterCounters {
    pub(crate) commits: AtomicU64,
    pub(crate) failed_commits: AtomicU64,
    pub(crate) sealed: AtomicU64,
    pub(crate) failed_seals: AtomicU64,
    pub(crate) deleted: AtomicU64,
    pub(crate) failed_deletions: AtomicU64,
}

/// What the writer is told.
pub(super) enum Command {
    Append {
        fragments: Vec<Fragment>,
        stored: oneshot::Sender<Result<(), Arc<StoreError>>>,
    },
    KeepHouse,
    Finish,
}

/// Hands fragments to the writer; clones share it.
#[derive(Clone)]
pub(crate) struct WriterHandle {
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) counters: Arc<WriterCounters>,
}

impl WriterHandle {
    /// Returns when the fragments are on disk and readable, or could not be written.
    pub(crate) async fn append(&self, fragments: Vec<Fragment>) -> Result<(), Arc<StoreError>> {
        if fragments.is_empty() {
            return Ok(());
        }
        let (stored, answer) = oneshot::channel();
        let closed = || Arc::new(StoreError::Closed);
        self.commands
            .send(Command::Append { fragments, stored })
            .await
            .map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// Asks for a new block and for retention where they are due.
    pub(crate) async fn keep_house(&self) -> Result<(), StoreError> {
        self.commands
            .send(Command::KeepHouse)
            .await
            .map_err(|_| StoreError::Closed)
    }

    pub(crate) fn counters(&self) -> &WriterCounters {
        &self.counters
    }
}

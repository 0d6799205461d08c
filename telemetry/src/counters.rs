//! How many spans were made, and what became of them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

static PROCESS: LazyLock<Arc<Counters>> = LazyLock::new(Arc::default);

/// What became of the spans of this process since it started.
///
/// `made` is the sum of the other four, up to spans that are just changing from one to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExportCounters {
    /// Spans that ended and were sampled.
    pub made: u64,
    /// Spans that the backend accepted.
    pub sent: u64,
    /// Spans that the backend refused, or that could not be sent in time.
    pub failed: u64,
    /// Spans that were never sent: the queue was full, or the process stopped.
    pub dropped: u64,
    /// Spans that are in the queue or being sent.
    pub waiting: u64,
}

/// What became of the spans of this process since it started; all zero without a tracer.
pub fn export_counters() -> ExportCounters {
    PROCESS.read()
}

/// The counters themselves.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    made: AtomicU64,
    sent: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
}

impl Counters {
    /// The counters of this process.
    pub(crate) fn of_this_process() -> Arc<Self> {
        Arc::clone(&PROCESS)
    }

    /// Their values now.
    pub(crate) fn read(&self) -> ExportCounters {
        // A span is counted as made first, so reading `made` last never makes `waiting` negative.
        let sent = self.sent.load(Ordering::Acquire);
        let failed = self.failed.load(Ordering::Acquire);
        let dropped = self.dropped.load(Ordering::Acquire);
        let made = self.made.load(Ordering::Acquire);
        ExportCounters {
            made,
            sent,
            failed,
            dropped,
            waiting: made - sent - failed - dropped,
        }
    }

    /// A span ended.
    pub(crate) fn count_made(&self) {
        self.made.fetch_add(1, Ordering::AcqRel);
    }

    /// The backend accepted spans.
    pub(crate) fn count_sent(&self, spans: usize) {
        self.sent.fetch_add(spans as u64, Ordering::AcqRel);
    }

    /// Spans were refused, or could not be sent in time.
    pub(crate) fn count_failed(&self, spans: usize) {
        self.failed.fetch_add(spans as u64, Ordering::AcqRel);
    }

    /// Spans were thrown away unsent.
    pub(crate) fn count_dropped(&self, spans: usize) {
        self.dropped.fetch_add(spans as u64, Ordering::AcqRel);
    }
}

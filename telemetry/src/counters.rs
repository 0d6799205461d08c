//! How many spans were made, and what became of them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

static PROCESS: LazyLock<Arc<Counters>> = LazyLock::new(Arc::default);

/// What became of the spans of this process since it started.
///
/// `made` is the sum of `sent`, `failed`, `dropped` and `waiting`, up to spans that are just
/// changing from one to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExportCounters {
    /// Spans that ended and were sampled.
    pub made: u64,
    /// Spans that the backend accepted.
    pub sent: u64,
    /// Spans that the backend refused for good.
    pub failed: u64,
    /// Spans that were thrown away unsent, for any of the reasons in `drops`.
    pub dropped: u64,
    /// Spans that are in the queue, in the retry buffer or being sent.
    pub waiting: u64,
    /// Those of them that are in the retry buffer.
    pub buffered: u64,
    /// How many bytes the retry buffer holds.
    pub buffered_bytes: u64,
    /// Spans of failed attempts that are made again, counted once for each attempt.
    pub retried: u64,
    /// Why spans were dropped.
    pub drops: Drops,
}

/// Spans that were thrown away unsent, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Drops {
    /// More spans ended at once than the queue holds.
    pub queue_full: u64,
    /// The backend was away for longer than the retry buffer reaches.
    pub buffer_full: u64,
    /// The process ended before they could be sent.
    pub shutdown: u64,
}

/// Why spans are thrown away unsent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DropReason {
    /// More spans ended at once than the queue holds.
    QueueFull,
    /// The backend was away for longer than the retry buffer reaches.
    BufferFull,
    /// The process ended before they could be sent.
    Shutdown,
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
    queue_full: AtomicU64,
    buffer_full: AtomicU64,
    shutdown: AtomicU64,
    buffered: AtomicU64,
    buffered_bytes: AtomicU64,
    retried: AtomicU64,
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
        let drops = Drops {
            queue_full: self.queue_full.load(Ordering::Acquire),
            buffer_full: self.buffer_full.load(Ordering::Acquire),
            shutdown: self.shutdown.load(Ordering::Acquire),
        };
        let dropped = drops.queue_full + drops.buffer_full + drops.shutdown;
        let buffered = self.buffered.load(Ordering::Acquire);
        let buffered_bytes = self.buffered_bytes.load(Ordering::Acquire);
        let retried = self.retried.load(Ordering::Acquire);
        let made = self.made.load(Ordering::Acquire);
        ExportCounters {
            made,
            sent,
            failed,
            dropped,
            waiting: made - sent - failed - dropped,
            buffered,
            buffered_bytes,
            retried,
            drops,
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

    /// The backend refused spans for good.
    pub(crate) fn count_failed(&self, spans: usize) {
        self.failed.fetch_add(spans as u64, Ordering::AcqRel);
    }

    /// An attempt to send spans failed, and another one follows.
    pub(crate) fn count_retried(&self, spans: usize) {
        self.retried.fetch_add(spans as u64, Ordering::AcqRel);
    }

    /// Spans were thrown away unsent.
    pub(crate) fn count_dropped(&self, spans: usize, reason: DropReason) {
        let counter = match reason {
            DropReason::QueueFull => &self.queue_full,
            DropReason::BufferFull => &self.buffer_full,
            DropReason::Shutdown => &self.shutdown,
        };
        counter.fetch_add(spans as u64, Ordering::AcqRel);
    }

    /// The retry buffer holds this much now.
    pub(crate) fn set_buffered(&self, spans: usize, bytes: usize) {
        self.buffered.store(spans as u64, Ordering::Release);
        self.buffered_bytes.store(bytes as u64, Ordering::Release);
    }
}

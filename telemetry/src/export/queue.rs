//! The spans that wait: bounded, and the oldest make room for the newest.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use opentelemetry_sdk::trace::SpanData;
use tokio::sync::Notify;

use crate::config::BatchSettings;
use crate::counters::Counters;

/// The spans that wait to be sent.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    capacity: usize,
    batch: usize,
    batch_is_full: Notify,
    counters: Arc<Counters>,
}

#[derive(Debug, Default)]
struct Waiting {
    spans: VecDeque<SpanData>,
    is_closed: bool,
}

impl Queue {
    /// An empty queue.
    pub(super) fn new(settings: BatchSettings, counters: Arc<Counters>) -> Self {
        Self {
            waiting: Mutex::default(),
            capacity: settings.queue,
            batch: settings.batch,
            batch_is_full: Notify::new(),
            counters,
        }
    }

    /// Adds a span that ended. Never waits for the backend.
    pub(super) fn push(&self, span: SpanData) {
        self.counters.count_made();
        let mut waiting = self.lock();
        if waiting.is_closed {
            drop(waiting);
            self.counters.count_dropped(1);
            return;
        }
        let oldest = if waiting.spans.len() >= self.capacity {
            waiting.spans.pop_front()
        } else {
            None
        };
        waiting.spans.push_back(span);
        let length = waiting.spans.len();
        drop(waiting);
        // Spans are freed outside of the lock.
        if oldest.is_some() {
            self.counters.count_dropped(1);
        }
        if length == self.batch {
            self.batch_is_full.notify_one();
        }
    }

    /// Takes the oldest spans, a batch at most.
    pub(super) fn take_batch(&self) -> Vec<SpanData> {
        let mut waiting = self.lock();
        let count = waiting.spans.len().min(self.batch);
        waiting.spans.drain(..count).collect()
    }

    /// Whether there are enough spans for a batch.
    pub(super) fn has_batch(&self) -> bool {
        self.len() >= self.batch
    }

    /// How many spans wait.
    pub(super) fn len(&self) -> usize {
        self.lock().spans.len()
    }

    /// Waits until there were enough spans for a batch.
    pub(super) async fn batch_is_full(&self) {
        self.batch_is_full.notified().await;
    }

    /// Takes no more spans: they are counted as dropped from now on.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
    }

    /// Throws away what waits.
    pub(super) fn discard(&self) {
        let spans = std::mem::take(&mut self.lock().spans);
        self.counters.count_dropped(spans.len());
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The spans that wait: bounded, and the oldest make room for the newest.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use opentelemetry_sdk::trace::SpanData;
use tokio::sync::Notify;

use crate::config::BatchSettings;
use crate::counters::{Counters, DropReason};

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
            self.counters.count_dropped(1, DropReason::Shutdown);
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
            self.counters.count_dropped(1, DropReason::QueueFull);
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

    /// How many spans wait.
    pub(super) fn len(&self) -> usize {
        self.lock().spans.len()
    }

    /// Waits until there are enough spans for a batch.
    pub(super) async fn has_batch(&self) {
        while self.len() < self.batch {
            self.batch_is_full.notified().await;
        }
    }

    /// Takes no more spans: they are counted as dropped from now on.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
    }

    /// Throws away what waits, because the process ends.
    pub(super) fn discard(&self) {
        let spans = std::mem::take(&mut self.lock().spans);
        self.counters
            .count_dropped(spans.len(), DropReason::Shutdown);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::export::sample::span;

    fn queue(queue: usize, batch: usize) -> Queue {
        let settings = BatchSettings {
            queue,
            batch,
            ..BatchSettings::default()
        };
        Queue::new(settings, Arc::default())
    }

    fn names(spans: &[SpanData]) -> Vec<&str> {
        spans.iter().map(|span| span.name.as_ref()).collect()
    }

    #[test]
    fn a_full_queue_drops_the_oldest() {
        let queue = queue(3, 3);
        (1..=5).for_each(|number| queue.push(span(number)));
        assert_eq!(names(&queue.take_batch()), ["3", "4", "5"]);
        assert_eq!(queue.counters.read().dropped, 2);
    }

    #[test]
    fn a_closed_queue_drops_what_comes() {
        let queue = queue(3, 3);
        queue.push(span(1));
        queue.close();
        queue.push(span(2));
        assert_eq!(queue.counters.read().dropped, 1);
        assert_eq!(names(&queue.take_batch()), ["1"]);
    }

    #[derive(Debug, Clone)]
    enum Step {
        Push,
        Take,
        Close,
        Discard,
    }

    proptest! {
        #[test]
        fn no_span_is_ever_unaccounted_for(
            capacity in 1_usize..8,
            steps in prop::collection::vec(
                prop_oneof![
                    20 => Just(Step::Push),
                    5 => Just(Step::Take),
                    1 => Just(Step::Close),
                    1 => Just(Step::Discard),
                ],
                0..200,
            ),
        ) {
            let queue = queue(capacity, capacity.div_ceil(2));
            let mut pushed = 0;
            for step in steps {
                match step {
                    Step::Push => {
                        pushed += 1;
                        queue.push(span(pushed));
                    }
                    Step::Take => {
                        let taken = queue.take_batch().len();
                        queue.counters.count_sent(taken);
                    }
                    Step::Close => queue.close(),
                    Step::Discard => queue.discard(),
                }
                let counted = queue.counters.read();
                prop_assert!(queue.len() <= capacity);
                prop_assert_eq!(counted.waiting, queue.len() as u64);
                prop_assert_eq!(counted.made, pushed);
            }
        }
    }
}

//! The batches that wait for another attempt, or for their turn behind those: bounded in bytes,
//! and the oldest make room for the newest.

use std::collections::VecDeque;

use super::batch::Batch;

/// Batches in the order in which their spans ended.
///
/// A batch that is larger than the bound is held as long as it is alone, so that a bound that is
/// too small loses nothing while the backend takes everything.
#[derive(Debug)]
pub(super) struct RetryBuffer {
    batches: VecDeque<Batch>,
    bytes: usize,
    spans: usize,
    bound: usize,
}

impl RetryBuffer {
    /// An empty buffer for this many bytes.
    pub(super) fn new(bound: usize) -> Self {
        Self {
            batches: VecDeque::new(),
            bytes: 0,
            spans: 0,
            bound,
        }
    }

    /// How many bytes are in it.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many spans are in it.
    pub(super) fn spans(&self) -> usize {
        self.spans
    }

    /// Takes the oldest batch.
    pub(super) fn take(&mut self) -> Option<Batch> {
        let batch = self.batches.pop_front()?;
        self.bytes -= batch.size();
        self.spans -= batch.spans();
        Some(batch)
    }

    /// Adds the newest batch. Returns how many of the oldest spans made room for it.
    #[must_use]
    pub(super) fn push(&mut self, batch: Batch) -> usize {
        let mut dropped = 0;
        while !self.has_room_for(&batch) {
            dropped += self.take().map_or(0, |oldest| oldest.spans());
        }
        self.bytes += batch.size();
        self.spans += batch.spans();
        self.batches.push_back(batch);
        dropped
    }

    /// Puts back a batch that was taken, as the oldest. Returns how many spans are dropped: its
    /// own, if newer ones took its room meanwhile.
    #[must_use]
    pub(super) fn put_back(&mut self, batch: Batch) -> usize {
        if !self.has_room_for(&batch) {
            return batch.spans();
        }
        self.bytes += batch.size();
        self.spans += batch.spans();
        self.batches.push_front(batch);
        0
    }

    /// Throws everything away. Returns how many spans that were.
    #[must_use]
    pub(super) fn clear(&mut self) -> usize {
        let spans = self.spans;
        *self = Self::new(self.bound);
        spans
    }

    fn has_room_for(&self, batch: &Batch) -> bool {
        self.batches.is_empty() || self.bytes.saturating_add(batch.size()) <= self.bound
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_sdk::Resource;

    use super::*;
    use crate::export::sample::span;

    fn batch(spans: u64) -> Batch {
        Batch::new(
            (1..=spans).map(span).collect(),
            &Resource::builder_empty().build(),
        )
    }

    #[test]
    fn the_oldest_make_room_for_the_newest() {
        let mut buffer = RetryBuffer::new(2 * batch(3).size());
        assert_eq!(buffer.push(batch(3)), 0);
        assert_eq!(buffer.push(batch(3)), 0);
        assert_eq!(buffer.push(batch(2)), 3);
        assert_eq!(buffer.spans(), 5);
        assert_eq!(buffer.take(), Some(batch(3)));
        assert_eq!(buffer.take(), Some(batch(2)));
        assert_eq!((buffer.bytes(), buffer.spans()), (0, 0));
    }

    #[test]
    fn what_is_put_back_is_the_oldest_again_and_takes_no_room_from_newer_ones() {
        let mut buffer = RetryBuffer::new(2 * batch(3).size());
        assert_eq!(buffer.push(batch(3)), 0);
        let oldest = buffer.take().expect("a batch");
        assert_eq!(buffer.push(batch(2)), 0);
        assert_eq!(buffer.put_back(oldest), 0);
        assert_eq!(buffer.take(), Some(batch(3)));
        assert_eq!(buffer.push(batch(3)), 0);
        assert_eq!(buffer.put_back(batch(3)), 3);
        assert_eq!(buffer.spans(), 5);
    }

    #[test]
    fn a_batch_above_the_bound_is_held_alone() {
        let mut buffer = RetryBuffer::new(1);
        assert_eq!(buffer.push(batch(3)), 0);
        assert_eq!(buffer.push(batch(2)), 3);
        assert_eq!(buffer.spans(), 2);
    }
}

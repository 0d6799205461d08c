//! What waits for the backend: spans in the queue, and in front of them the batches that are
//! encoded already.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;

use opentelemetry_sdk::Resource;

use super::batch::Batch;
use super::buffer::RetryBuffer;
use super::queue::Queue;
use crate::counters::{Counters, DropReason};

/// The spans that wait, oldest first, whatever form they have.
#[derive(Debug)]
pub(super) struct Outbox {
    queue: Arc<Queue>,
    buffer: RetryBuffer,
    resource: Resource,
    counters: Arc<Counters>,
}

impl Outbox {
    /// What waits in `queue`, and in a buffer of this many bytes.
    pub(super) fn new(
        queue: Arc<Queue>,
        bound: usize,
        resource: Resource,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            queue,
            buffer: RetryBuffer::new(bound),
            resource,
            counters,
        }
    }

    /// How many spans wait.
    pub(super) fn len(&self) -> usize {
        self.buffer.spans() + self.queue.len()
    }

    /// How many bytes wait, encoded already.
    pub(super) fn buffered_bytes(&self) -> usize {
        self.buffer.bytes()
    }

    /// Waits until there is something to be sent at once: a batch that waited before, or enough
    /// spans for one.
    pub(super) async fn has_batch(&self) {
        if self.buffer.spans() == 0 {
            self.queue.has_batch().await;
        }
    }

    /// Waits until there are enough new spans for a batch.
    pub(super) async fn has_new_batch(&self) {
        self.queue.has_batch().await;
    }

    /// Takes the oldest spans, a batch at most.
    pub(super) fn take(&mut self) -> Option<Batch> {
        let batch = self.buffer.take().or_else(|| self.take_new());
        self.tell_size();
        batch
    }

    /// Moves the oldest new spans, a batch at most, behind those that wait for the backend.
    pub(super) fn keep_new(&mut self) {
        if let Some(batch) = self.take_new() {
            let dropped = self.buffer.push(batch);
            self.counters.count_dropped(dropped, DropReason::BufferFull);
        }
        self.tell_size();
    }

    /// Puts back a batch that was taken and could not be sent yet.
    pub(super) fn put_back(&mut self, batch: Batch) {
        let dropped = self.buffer.put_back(batch);
        self.counters.count_dropped(dropped, DropReason::BufferFull);
        self.tell_size();
    }

    /// Waits for `event`, and keeps new spans meanwhile, so that the queue does not overflow.
    pub(super) async fn keep_new_until<T>(&mut self, event: impl Future<Output = T>) -> T {
        let mut event = pin!(event);
        let queue = Arc::clone(&self.queue);
        loop {
            tokio::select! {
                biased;
                happened = &mut event => return happened,
                () = queue.has_batch() => self.keep_new(),
            }
        }
    }

    /// Takes no more spans: they are counted as dropped from now on.
    pub(super) fn close(&self) {
        self.queue.close();
    }

    /// Throws away what waits, because the process ends.
    pub(super) fn discard(&mut self) {
        let dropped = self.buffer.clear();
        self.counters.count_dropped(dropped, DropReason::Shutdown);
        self.tell_size();
        self.queue.discard();
    }

    fn take_new(&self) -> Option<Batch> {
        let spans = self.queue.take_batch();
        (!spans.is_empty()).then(|| Batch::new(spans, &self.resource))
    }

    fn tell_size(&self) {
        self.counters
            .set_buffered(self.buffer.spans(), self.buffer.bytes());
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use proptest::prelude::*;
    use prost::Message as _;

    use super::*;
    use crate::config::BatchSettings;
    use crate::export::sample::span;

    /// What can happen, in any order.
    #[derive(Debug, Clone)]
    enum Step {
        End(u64),
        Keep,
        Take,
        Accept,
        Refuse,
        PutOff,
        Close,
        Discard,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            20 => (1_u64..9).prop_map(Step::End),
            10 => Just(Step::Keep),
            10 => Just(Step::Take),
            5 => Just(Step::Accept),
            2 => Just(Step::Refuse),
            10 => Just(Step::PutOff),
            1 => Just(Step::Close),
            1 => Just(Step::Discard),
        ];
        prop::collection::vec(step, 0..120)
    }

    /// The numbers of the spans in a batch.
    fn numbers(batch: &Batch) -> Vec<u64> {
        let request = ExportTraceServiceRequest::decode(batch.body()).expect("a request");
        let spans = request
            .resource_spans
            .iter()
            .flat_map(|resource| &resource.scope_spans)
            .flat_map(|scope| &scope.spans);
        spans
            .map(|span| span.name.parse().expect("a number"))
            .collect()
    }

    proptest! {
        #[test]
        fn whatever_happens_each_span_is_accounted_for_and_the_bound_holds(
            capacity in 1_usize..12,
            bound in 1_usize..2000,
            steps in steps(),
        ) {
            let counters = Arc::<Counters>::default();
            let settings = BatchSettings {
                queue: capacity,
                batch: capacity.div_ceil(2),
                ..BatchSettings::default()
            };
            let queue = Arc::new(Queue::new(settings, Arc::clone(&counters)));
            let resource = Resource::builder_empty().build();
            let mut outbox =
                Outbox::new(Arc::clone(&queue), bound, resource, Arc::clone(&counters));
            let mut made = 0;
            let mut settled = 0;
            let mut flying: Option<Batch> = None;
            for step in steps {
                match step {
                    Step::End(count) => for _ in 0..count {
                        made += 1;
                        queue.push(span(made));
                    },
                    Step::Keep => outbox.keep_new(),
                    Step::Take => if flying.is_none() {
                        flying = outbox.take();
                    },
                    Step::Accept | Step::Refuse => if let Some(batch) = flying.take() {
                        for number in numbers(&batch) {
                            prop_assert!(number > settled, "sent twice, or out of order");
                            settled = number;
                        }
                        match step {
                            Step::Accept => counters.count_sent(batch.spans()),
                            _ => counters.count_failed(batch.spans()),
                        }
                    },
                    Step::PutOff => if let Some(batch) = flying.take() {
                        outbox.put_back(batch);
                    },
                    Step::Close => outbox.close(),
                    Step::Discard => outbox.discard(),
                }
                let counted = counters.read();
                let in_flight = flying.as_ref().map_or(0, Batch::spans);
                prop_assert_eq!(counted.made, made);
                prop_assert_eq!(counted.waiting, (outbox.len() + in_flight) as u64);
                prop_assert_eq!(counted.buffered, outbox.buffer.spans() as u64);
                prop_assert_eq!(counted.buffered_bytes, outbox.buffer.bytes() as u64);
                prop_assert!(queue.len() <= capacity);
                let is_alone = outbox.buffer.spans() <= settings.batch;
                prop_assert!(outbox.buffer.bytes() <= bound || is_alone);
            }
        }
    }
}

//! How fast the spans of an outage follow once the backend is back.
//!
//! Tempo keeps a trace open for some 5 to 10 s after its last span, 10,000 of them at a time unless
//! told otherwise; what belongs to more it answers with success and throws away. It takes 15 MB
//! a second, and does not say when to come back after more. The spans of a minute, sent at once,
//! would be lost by either.

use std::time::Duration;

use super::batch::Batch;

/// Traces a second, on top of those that are new.
const TRACES_PER_SECOND: f64 = 500.0;

/// Bytes a second, on top of those that are new: all services of a stack may have waited.
const BYTES_PER_SECOND: f64 = 3e6;

/// Whether spans of an outage wait, and how few were left at best.
#[derive(Debug, Default)]
pub(super) struct CatchUp {
    fewest: Option<usize>,
}

impl CatchUp {
    /// An attempt failed: spans pile up from now on.
    pub(super) fn begin(&mut self) {
        self.fewest = Some(usize::MAX);
    }

    /// The pause to make after `sent` was taken and `left` bytes still wait behind it.
    ///
    /// There is none after a batch that only makes up for new ones, so that what waits grows less
    /// however fast those come.
    pub(super) fn pause(&mut self, sent: &Batch, left: usize) -> Option<Duration> {
        let fewest = self.fewest?;
        if left == 0 {
            self.fewest = None;
            return None;
        }
        if left >= fewest {
            return None;
        }
        self.fewest = Some(left);
        let traces = seconds(sent.traces(), TRACES_PER_SECOND);
        Some(traces.max(seconds(sent.size(), BYTES_PER_SECOND)))
    }
}

/// How long so many take.
fn seconds(count: usize, per_second: f64) -> Duration {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    Duration::from_secs_f64(f64::from(count) / per_second)
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use opentelemetry_sdk::Resource;

    use super::*;
    use crate::export::sample::span;

    fn batch(spans: u64) -> Batch {
        let resource = Resource::builder_empty().build();
        Batch::new((1..=spans).map(span).collect(), &resource)
    }

    /// How long it takes to send so many batches that wait while others come at this rate.
    fn time_to_catch_up(waiting: usize, new_per_second: f64) -> Duration {
        let batch = batch(100);
        let mut catch_up = CatchUp::default();
        catch_up.begin();
        let mut backlog: VecDeque<()> = vec![(); waiting].into();
        let (mut took, mut coming) = (Duration::ZERO, 0.0);
        while backlog.pop_front().is_some() {
            if let Some(pause) = catch_up.pause(&batch, backlog.len() * batch.size()) {
                took += pause;
                coming += pause.as_secs_f64() * new_per_second;
                while coming >= 1.0 {
                    coming -= 1.0;
                    backlog.push_back(());
                }
            }
        }
        took
    }

    #[test]
    fn nothing_is_held_back_without_an_outage() {
        assert_eq!(CatchUp::default().pause(&batch(100), 1_000_000), None);
    }

    #[test]
    fn the_last_batch_of_an_outage_ends_it() {
        let mut catch_up = CatchUp::default();
        catch_up.begin();
        assert_eq!(catch_up.pause(&batch(1), 0), None);
        assert_eq!(catch_up.pause(&batch(1), 1_000_000), None);
    }

    #[test]
    fn what_waits_follows_at_500_traces_a_second_however_many_are_new() {
        for new_per_second in [0.0, 1.0, 4.0, 20.0, 300.0] {
            let took = time_to_catch_up(50, new_per_second).as_secs_f64();
            // 50 batches of 100 traces.
            assert!(
                (9.0..=11.0).contains(&took),
                "{took} s beside {new_per_second} new ones a second"
            );
        }
    }
}

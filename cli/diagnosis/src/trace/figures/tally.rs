//! Counting what was done.

use super::Percentiles;
use crate::trace::Span;

/// How often something was done, how much of it failed, and how long it took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// How often.
    pub count: u64,
    /// How often it failed.
    pub errors: u64,
    /// How long it took, of those that say when they ran.
    pub percentiles: Option<Percentiles>,
}

impl Figures {
    /// How much of it failed, from 0 to 1; nothing of nothing.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share of 2^53 spans and more may be off in its sixteenth digit"
    )]
    pub fn error_rate(&self) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        self.errors as f64 / self.count as f64
    }
}

/// Figures in the making.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Of those that say when they ran.
    durations: Vec<u64>,
    count: u64,
    errors: u64,
}

impl Tally {
    /// Counts one span.
    pub fn add(&mut self, span: &Span) {
        let took = span.is_timed().then(|| span.duration());
        self.note(took, span.has_failed());
    }

    /// Counts what took so long, where that is known.
    pub(in crate::trace) fn note(&mut self, took: Option<u64>, failed: bool) {
        self.durations.extend(took);
        self.count += 1;
        self.errors += u64::from(failed);
    }

    /// What it comes to.
    pub fn figures(mut self) -> Figures {
        self.durations.sort_unstable();
        Figures {
            count: self.count,
            errors: self.errors,
            percentiles: Percentiles::of(&self.durations),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tree::tests::span;

    #[test]
    fn what_does_not_say_when_it_ran_counts_and_took_no_time_that_is_known() {
        let mut tally = Tally::default();
        tally.add(&span(1, None, "web", 10, 20));
        let untimed = Span {
            start: 0,
            end: 0,
            ..span(2, None, "web", 0, 0)
        };
        tally.add(&untimed);
        let figures = tally.clone().figures();
        assert_eq!(figures.count, 2);
        assert_eq!(figures.percentiles.map(|of| of.p50_ns), Some(10_000_000));
        let mut alone = Tally::default();
        alone.add(&untimed);
        assert_eq!(alone.figures().percentiles, None);
    }

    #[test]
    fn nothing_of_nothing_fails() {
        assert!(Figures::default().error_rate().abs() < f64::EPSILON);
        let half = Figures {
            count: 4,
            errors: 2,
            percentiles: None,
        };
        assert!((half.error_rate() - 0.5).abs() < f64::EPSILON);
    }
}

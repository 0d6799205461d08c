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
    /// How long it took, where that is known.
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
    durations: Vec<u64>,
    errors: u64,
}

impl Tally {
    /// Counts one span.
    pub fn add(&mut self, span: &Span) {
        self.durations.push(span.duration());
        self.errors += u64::from(span.has_failed());
    }

    /// What it comes to.
    pub fn figures(mut self) -> Figures {
        self.durations.sort_unstable();
        Figures {
            count: self.durations.len() as u64,
            errors: self.errors,
            percentiles: Percentiles::of(&self.durations),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

//! Time of which no span tells: nothing below a span that has children ran, and the root waited.

use super::{CriticalPath, Trace};

/// A stretch of the critical path in which a span that has children had none running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The span.
    pub span: usize,
    /// Nanoseconds since 1970.
    pub from: u64,
    /// Nanoseconds since 1970.
    pub to: u64,
}

/// Of the root's time, a gap is at least this part.
const PART: u64 = 10;
/// Nothing shorter is a gap: a millisecond.
const SHORTEST: u64 = 1_000_000;

impl Gap {
    /// The gaps of a trace, the longest first.
    pub fn all(trace: &Trace, path: &CriticalPath) -> Vec<Self> {
        let least = (trace.spans()[trace.root()].duration() / PART).max(SHORTEST);
        let mut gaps: Vec<Self> = path
            .stretches()
            .iter()
            .filter(|stretch| stretch.duration() >= least)
            .filter(|stretch| trace.children(stretch.span).next().is_some())
            .map(|stretch| Self {
                span: stretch.span,
                from: stretch.from,
                to: stretch.to,
            })
            .collect();
        gaps.sort_by_key(|gap| (std::cmp::Reverse(gap.duration()), gap.from));
        gaps
    }

    /// Its length in nanoseconds.
    pub fn duration(&self) -> u64 {
        self.to - self.from
    }
}

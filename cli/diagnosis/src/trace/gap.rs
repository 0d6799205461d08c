//! Time of which no span tells: nothing below a span that has children ran, and the root waited.

use super::{CriticalPath, Stretch, Trace};

/// A part of the critical path in which a span had nothing below it running, though it has children.
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
        // Stretches do not overlap, so that no more than ten are long enough to have a gap.
        let long = path.stretches().iter();
        let long = long.filter(|stretch| stretch.duration() >= least);
        let mut gaps: Vec<Self> = long
            .flat_map(|stretch| Self::within(trace, *stretch))
            .filter(|gap| gap.duration() >= least)
            .collect();
        gaps.sort_by_key(|gap| (std::cmp::Reverse(gap.duration()), gap.from));
        gaps
    }

    /// What of a stretch is left without all that ran below its span, be it on the critical path or beside it.
    fn within(trace: &Trace, stretch: Stretch) -> Vec<Self> {
        if trace.children(stretch.span).next().is_none() {
            return Vec::new();
        }
        let below = trace.subtree(stretch.span).skip(1);
        let below = below.map(|number| &trace.spans()[number]);
        let mut running: Vec<(u64, u64)> = below
            .filter(|span| span.start > 0)
            .map(|span| (span.start, span.end()))
            .filter(|(start, end)| *start <= stretch.to && *end >= stretch.from)
            .collect();
        running.sort_unstable();
        running.push((stretch.to, stretch.to));
        let mut gaps = Vec::new();
        let mut cursor = stretch.from;
        for (start, end) in running {
            if start > cursor {
                gaps.push(Self {
                    span: stretch.span,
                    from: cursor,
                    to: start,
                });
            }
            cursor = cursor.max(end);
        }
        gaps
    }

    /// Its length in nanoseconds.
    pub fn duration(&self) -> u64 {
        self.to - self.from
    }
}

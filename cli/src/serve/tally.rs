//! What is counted of the looks.

use std::time::Duration;

use jiff::Timestamp;

/// What a look came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was whole: everything essential was seen in time.
    Whole,
    /// An essential fact could not be seen.
    Blind,
    /// The deadline passed first.
    Late,
    /// It showed nothing: no engine, no permission, no stack.
    Failed,
}

impl Outcome {
    /// Every outcome.
    pub(super) const ALL: [Self; 4] = [Self::Whole, Self::Blind, Self::Late, Self::Failed];

    /// Its word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Blind => "blind",
            Self::Late => "late",
            Self::Failed => "failed",
        }
    }
}

/// The looks since the start.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    counts: [u64; Outcome::ALL.len()],
    last: Option<Last>,
    last_whole: Option<Timestamp>,
}

/// The last look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Last {
    pub(super) at: Timestamp,
    pub(super) took: Duration,
    pub(super) outcome: Outcome,
    /// Facts that it could not see and that no finding explains; `None` where it showed nothing.
    pub(super) gaps: Option<usize>,
}

impl Tally {
    /// Counts a look that began at `at`.
    pub(crate) fn count(
        &mut self,
        at: Timestamp,
        took: Duration,
        outcome: Outcome,
        gaps: Option<usize>,
    ) {
        for (count, other) in self.counts.iter_mut().zip(Outcome::ALL) {
            *count += u64::from(other == outcome);
        }
        if outcome == Outcome::Whole {
            self.last_whole = Some(at);
        }
        self.last = Some(Last {
            at,
            took,
            outcome,
            gaps,
        });
    }

    /// How many looks came to what.
    pub(super) fn counts(&self) -> impl Iterator<Item = (Outcome, u64)> {
        Outcome::ALL.into_iter().zip(self.counts)
    }

    /// The last look.
    pub(super) fn last(&self) -> Option<Last> {
        self.last
    }

    /// When the last whole look began.
    pub(super) fn last_whole(&self) -> Option<Timestamp> {
        self.last_whole
    }
}

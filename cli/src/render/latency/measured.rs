//! What was measured, in which order, and how.

use std::{cmp::Reverse, collections::BTreeMap};

use ptctl_diagnosis::trace::figures::{Figures, Operation, Percentiles};

use crate::{cli::Sort, clients::tempo::SearchRange, render::Sample};

/// What was measured in all backends that were asked.
#[derive(Debug)]
pub(crate) struct Latency {
    /// What spans had to be like.
    pub(crate) filter: String,
    /// The time that was asked about.
    pub(crate) range: SearchRange,
    /// What comes first.
    pub(crate) sort: Sort,
    /// How many operations of each backend are shown.
    pub(crate) limit: usize,
    /// The backends.
    pub(crate) from: Vec<LatencyFrom>,
}

/// What was measured in one backend.
#[derive(Debug)]
pub(crate) struct LatencyFrom {
    /// The backend.
    pub(crate) tempo: String,
    /// How it was reached.
    pub(crate) reached: String,
    /// How it was measured.
    pub(crate) counted: Counted,
    /// What was measured.
    pub(crate) operations: BTreeMap<Operation, Figures>,
}

/// Who counted, and in what.
#[derive(Debug)]
pub(crate) enum Counted {
    /// Tempo, in all spans of a time.
    Metrics {
        /// The time.
        range: SearchRange,
        /// Why it left some out, where it did.
        partial: Option<String>,
    },
    /// This program, in some traces.
    Traces {
        /// The traces.
        sample: Sample,
        /// Why Tempo's own counts were not used, where they were wanted.
        because: Option<String>,
    },
}

impl Counted {
    /// The length of the time in which it was counted.
    pub(super) fn seconds(&self) -> Option<f64> {
        match self {
            Self::Metrics { range, .. } => Some(range.seconds()),
            Self::Traces { sample, .. } => sample.seconds(),
        }
    }
}

/// An operation and its figures.
pub(super) type Measured<'m> = (&'m Operation, &'m Figures);

impl LatencyFrom {
    /// The operations in their order, those of a service together, and how many are left out.
    pub(super) fn shown(&self, sort: Sort, limit: usize) -> (Vec<Measured<'_>>, usize) {
        let mut all: Vec<Measured<'_>> = self.operations.iter().collect();
        let time = |figures: &Figures, time: fn(&Percentiles) -> u64| {
            Reverse(figures.percentiles.as_ref().map(time))
        };
        // The order of their names stays within what is alike.
        match sort {
            Sort::P50 => all.sort_by_key(|(_, figures)| time(figures, |of| of.p50_ns)),
            Sort::P95 => all.sort_by_key(|(_, figures)| time(figures, |of| of.p95_ns)),
            Sort::P99 => all.sort_by_key(|(_, figures)| time(figures, |of| of.p99_ns)),
            Sort::Rate => all.sort_by_key(|(_, figures)| Reverse(figures.count)),
            Sort::Errors => all.sort_by(|(_, one), (_, other)| {
                let rates = other.error_rate().total_cmp(&one.error_rate());
                rates.then(other.errors.cmp(&one.errors))
            }),
            Sort::Name => {}
        }
        let left_out = all.len().saturating_sub(limit);
        all.truncate(limit);
        let mut first: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        for (place, (operation, _)) in all.iter().enumerate() {
            first.entry(operation.service.as_deref()).or_insert(place);
        }
        all.sort_by_key(|(operation, _)| first.get(&operation.service.as_deref()).copied());
        (all, left_out)
    }

    /// Its spans.
    pub(super) fn spans(&self) -> u64 {
        self.operations.values().map(|figures| figures.count).sum()
    }
}

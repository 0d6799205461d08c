//! One trace, whole: what is to be known of it first, then its spans, then where to look further.

use std::ops::Range;

use ptctl_diagnosis::{
    snapshot::Reached,
    trace::{CriticalPath, Folding, Gap, Trace, Warning},
};

use super::{overview, waterfall::Waterfall};
use crate::render::Page;

/// A trace with where it was found.
#[derive(Debug)]
pub(crate) struct ShownTrace<'t> {
    /// The trace.
    pub(crate) trace: &'t Trace,
    /// The backends that have something of it.
    pub(crate) holders: Vec<Holder<'t>>,
    /// The backends that gave no answer, each with the reason.
    pub(crate) unasked: &'t [String],
    /// Spans without an id that can be read.
    pub(crate) unreadable: usize,
    /// Why Tempo left spans out, where it did.
    pub(crate) partial: Option<&'t str>,
    /// Its page in Grafana.
    pub(crate) grafana: Option<String>,
}

/// A backend that has something of a trace.
#[derive(Debug)]
pub(crate) struct Holder<'t> {
    /// Its name.
    pub(crate) tempo: &'t str,
    /// How it is reached.
    pub(crate) reached: &'t Reached,
}

/// What is shown of each span besides its name and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// What happened within it.
    Events,
    /// What is said of it.
    Attributes,
}

/// What is worked out of a trace before it is written down.
pub(super) struct Findings {
    pub(super) path: CriticalPath,
    pub(super) gaps: Vec<Gap>,
    pub(super) warnings: Vec<Warning>,
}

impl Findings {
    pub(super) fn of(trace: &Trace) -> Self {
        let path = CriticalPath::of(trace);
        Self {
            gaps: Gap::all(trace, &path),
            warnings: Warning::all(trace),
            path,
        }
    }

    /// The stretches of the critical path that are of each span.
    pub(super) fn stretches(&self, trace: &Trace) -> Vec<Vec<Range<u64>>> {
        let mut stretches = vec![Vec::new(); trace.spans().len()];
        for stretch in self.path.stretches() {
            stretches[stretch.span].push(stretch.from..stretch.to);
        }
        stretches
    }
}

/// Writes a trace down.
pub(crate) fn trace(page: &mut Page, shown: &ShownTrace<'_>, details: &[Detail], folding: Folding) {
    let findings = Findings::of(shown.trace);
    overview::head(page, shown, &findings);
    page.blank();
    Waterfall::new(page, shown.trace, &findings, details).draw(folding);
    overview::foot(page, shown, &findings);
}

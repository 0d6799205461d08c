//! What happened around a cause, in one or two lines.

use ptctl_diagnosis::{diagnosis::RootCause, snapshot::Snapshot};

use super::super::{
    page::{Page, Tone, Unit},
    time::clock_in_row,
};

pub(super) fn timeline(page: &mut Page, snapshot: &Snapshot, cause: &RootCause) {
    let told = cause.finding.since.as_ref().map(|since| since.at);
    // A single moment that the line above already tells is no story.
    if cause.timeline.iter().all(|entry| Some(entry.at) == told) {
        return;
    }
    let last = cause.timeline.len() - 1;
    let units: Vec<Unit> = cause
        .timeline
        .iter()
        .enumerate()
        .map(|(number, entry)| {
            let arrow = if number < last { " →" } else { "" };
            let at = clock_in_row(entry.at, snapshot.taken_at);
            Unit {
                sign: "",
                tone: Tone::Plain,
                text: format!("{at} {}{arrow}", entry.what),
            }
        })
        .collect();
    page.units("  events  ", &units);
}

//! What a diagnosis tells beyond its causes: since when, on whose way, how much, and what would decide.

use super::{chain, decide, ledger, route::Routes, timeline};
use crate::{
    diagnosis::{Diagnosis, Reference},
    view::Stack,
};

/// Adds the details to a diagnosis whose causes and gaps stand.
pub(super) fn detail(diagnosis: &mut Diagnosis, stack: &Stack<'_>) {
    let routes = Routes::of_stack(stack);
    for cause in &mut diagnosis.causes {
        cause.timeline = timeline::timeline(cause, stack, &routes);
        if cause.finding.since.is_none() {
            cause.finding.since = timeline::since(cause);
        }
    }
    blame(diagnosis);
    diagnosis.paths = chain::paths(
        stack,
        &routes,
        &diagnosis.causes,
        &diagnosis.passed,
        &diagnosis.unchecked,
    );
    diagnosis.ledger = ledger::ledger(stack);
    diagnosis.deciding_look = decide::deciding_look(&diagnosis.causes, &diagnosis.gaps, stack);
}

/// Says of each look that failed, and of each check that could not look, which cause it is blocked by.
fn blame(diagnosis: &mut Diagnosis) {
    for unchecked in &mut diagnosis.unchecked {
        let cause = diagnosis
            .causes
            .iter()
            .find(|cause| cause.blocked.contains(&unchecked.gap));
        unchecked.blocked_by = cause.map(|cause| Reference::to(&cause.finding));
    }
    for cause in &mut diagnosis.causes {
        for gap in &mut cause.blocked {
            gap.blocked_by = Some(cause.finding.code);
        }
    }
    // A check says it of itself; its gap says it as every other.
    for unchecked in &mut diagnosis.unchecked {
        unchecked.gap.blocked_by = unchecked.blocked_by.as_ref().map(|by| by.code);
    }
}

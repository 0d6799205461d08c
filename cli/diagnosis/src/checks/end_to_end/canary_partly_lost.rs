//! Canaries of which some spans are missing.

use super::canary_lost::{self, sent};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{
        network::{collector_drops_by_design, collector_exports_fail, collector_refuses},
        tempo::{live_traces_exceeded, rate_limited, spans_discarded, trace_too_large},
    },
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::ExportOutcome,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(609),
    name: "canary-partly-lost",
    severity: Severity::Warning,
    summary: "a part of the spans that were acknowledged is not there",
    why: "Traces have holes, or some of them are missing, and nobody who sends them is told.",
    causes: &[
        "Tempo's limit of live traces or of a trace's size is reached.",
        "A collector samples or filters.",
    ],
    remedy: "Look at Tempo's discard counters by reason, and at the processors of the collectors on the way.",
    verify: "`ptctl canary SERVICE --shape hundred` finds all 100.",
    masked_by: &[&[
        Cause::export_target(collector_drops_by_design::CHECK.code),
        Cause::export_target(collector_exports_fail::CHECK.code),
        Cause::export_target(collector_refuses::CHECK.code),
        Cause::export_target(live_traces_exceeded::CHECK.code),
        Cause::export_target(trace_too_large::CHECK.code),
        Cause::export_target(rate_limited::CHECK.code),
        Cause::export_target(spans_discarded::CHECK.code),
        Cause::export_target(canary_lost::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(flight) = stack.flight_of(service)? else {
        return Ok(Outcome::NotApplicable("no canary was asked for"));
    };
    let refused = match &flight.delivery.outcome {
        ExportOutcome::PartialSuccess { rejected, .. } => *rejected,
        _ => 0,
    };
    let found = match flight.landed() {
        Some(landing) if landing.by_id.is_found() => Some(landing.spans_found),
        Some(_) | None => None,
    };
    let missing = found.map_or(0, |found| flight.spans.saturating_sub(found));
    if missing.max(refused) == 0 {
        return Ok(match found {
            Some(_) => Outcome::Pass,
            None => Outcome::NotApplicable("no span of it was found"),
        });
    }
    let message = format!(
        "of {} spans written with the settings of `{}` {} are lost",
        flight.spans,
        service.label(),
        missing.max(refused)
    );
    let proof = flight.landed().map(|landing| {
        Evidence::new(
            EvidenceKind::Search,
            format!("{}/api/traces/…", landing.asked),
            format!("{} of {} spans", landing.spans_found, flight.spans),
        )
    });
    let remedy = Remedy::edit("look at Tempo's discard counters, and for sampling on the way");
    let report = Report::new(message, sent(service, flight), remedy).proof(proof);
    // What a collector holds back may be sampled, or still wait.
    let is_direct = stack.backend_of(service).is_some();
    fail(if is_direct || refused > 0 {
        report
    } else {
        report.severity(Severity::Info).likely()
    })
}

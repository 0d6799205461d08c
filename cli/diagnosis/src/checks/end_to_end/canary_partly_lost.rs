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
    observed::{Gap, Probe},
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
        Some(landing) if landing.by_id.is_found() => Some(landing),
        Some(_) | None => None,
    };
    // A span is not lost because the question for it failed.
    let missing = found.map_or(0, |landing| {
        let accounted = landing.spans_found.saturating_add(landing.spans_unknown);
        flight.spans.saturating_sub(accounted)
    });
    if missing.max(refused) == 0 {
        return match found {
            Some(landing) if landing.spans_unknown > 0 => Err(Gap::new(
                Probe::Canary,
                service.subject.clone(),
                format!(
                    "of {} of its {} spans nobody knows whether they arrived: `{}` did not answer for them",
                    landing.spans_unknown, flight.spans, landing.tempo
                ),
            )),
            Some(_) => Ok(Outcome::Pass),
            None => Ok(Outcome::NotApplicable("no span of it was found")),
        };
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

#[cfg(test)]
mod tests {
    use crate::{code::Code, diagnose, fixtures, observed::Observed, policy::Policy};

    /// Whether of a canary of 100 spans, of which some were found and some nobody knows, any are called lost, and
    /// whether that is a gap.
    fn judged(spans_found: u64, spans_unknown: u64) -> (bool, bool) {
        let mut snapshot = fixtures::healthy();
        let mut canary = fixtures::canary(&snapshot, "scraper");
        let Observed::Known(flight) = &mut canary.flight else {
            panic!("the fixture flies");
        };
        flight.spans = 100;
        let Some(Observed::Known(landing)) = &mut flight.landing else {
            panic!("the fixture lands");
        };
        (landing.spans_found, landing.spans_unknown) = (spans_found, spans_unknown);
        snapshot.canaries = vec![canary];
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let is_lost = diagnosis
            .findings()
            .any(|finding| finding.code == Code::new(609));
        let is_gap = diagnosis
            .gaps
            .iter()
            .any(|gap| gap.reason.contains("nobody knows whether they arrived"));
        (is_lost, is_gap)
    }

    #[test]
    fn spans_whose_questions_failed_are_not_lost() {
        assert_eq!(judged(100, 0), (false, false));
        assert_eq!(judged(60, 40), (false, true));
        assert_eq!(judged(60, 0), (true, false));
        assert_eq!(judged(60, 39), (true, false));
    }
}

//! Canaries that a search by tags finds and a query in `TraceQL` does not.

use super::{
    canary_lost::{found_or_not, sent},
    canary_not_searchable::{CHECK as NOT_SEARCHABLE, NOT_SO_LONG, missing, sights},
};
use crate::{
    check::{Cause, Check, Examine, Report, Verdict, fail},
    checks::tempo::query_fails,
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(608),
    name: "canary-not-queryable",
    severity: Severity::Warning,
    summary: "a span is found by its tags, and no query in TraceQL finds it when it should",
    why: "Grafana's search, dashboards and service graphs all ask in TraceQL.",
    causes: &[
        "The blocks are of an old format that TraceQL cannot read.",
        "Something between Grafana and Tempo answers for it and knows tags only.",
    ],
    remedy: "Upgrade Tempo and its block format; look in its log for failed queries.",
    verify: "`ptctl canary SERVICE` is found by TraceQL.",
    masked_by: &[&[
        Cause::same_subject(NOT_SEARCHABLE.code),
        Cause::same_subject(query_fails::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let lost = missing(backend, stack, |landing| &landing.by_query);
    let Some((service, flight, landing, waited)) = lost.first() else {
        let sights = sights(backend, stack, |landing| &landing.by_query);
        return found_or_not(backend, sights, NOT_SO_LONG);
    };
    let message = format!(
        "Tempo `{}` has the canary of `{}`, and a query in TraceQL does not find it {} s later",
        backend.label(),
        service.label(),
        waited.as_secs()
    );
    let search = Evidence::new(
        EvidenceKind::Search,
        format!("{}/api/search", landing.asked),
        format!("nothing with span.ptctl.canary.id={:?}", flight.trace_id),
    );
    let remedy =
        Remedy::edit("look in its log for failed queries, and at the format of its blocks");
    fail(
        Report::new(message, sent(service, flight), remedy)
            .proof([search])
            .concerning(lost.iter().map(|(service, ..)| service.subject.clone())),
    )
}

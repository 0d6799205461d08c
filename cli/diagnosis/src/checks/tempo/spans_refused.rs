//! Tempo answers batches with errors.

use super::{invalid_ids, rate_limited, ring_empty, tenant_missing, writes_failing};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::storage::disk_nearly_full,
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(204),
    name: "spans-refused",
    severity: Severity::Warning,
    summary: "Tempo refuses spans",
    why: "The sender gets an error. What it does not send again is lost.",
    causes: &[
        "The ingestion rate limit or its burst is exceeded.",
        "`multitenancy_enabled` is on and senders name no tenant.",
        "Trace or span ids of the wrong length.",
        "It was just starting.",
    ],
    remedy: "Tempo's log names the reason at `pusher failed to consume trace data`; raise the limit or mend the sender that it names.",
    verify: "`ptctl status` shows the count of refused spans standing still.",
    masked_by: &[&[
        Cause::same_subject(tenant_missing::CHECK.code),
        Cause::same_subject(rate_limited::CHECK.code),
        Cause::same_subject(invalid_ids::CHECK.code),
        Cause::same_subject(ring_empty::CHECK.code),
        Cause::same_subject(writes_failing::CHECK.code),
        Cause::same_subject(disk_nearly_full::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let metrics = backend.tempo.metrics.get()?;
    if metrics.refused == 0 {
        return Ok(Outcome::Pass);
    }
    let refusal = backend.container.and_then(|container| {
        let group = container.logs.known()?.errors.last()?;
        Some((container, group))
    });
    let reason = refusal.map_or(String::new(), |(_, group)| {
        format!(": {}", group.kind.describe())
    });
    let message = format!(
        "Tempo `{}` refused {} spans since its start, beside {} accepted{reason}",
        backend.label(),
        metrics.refused,
        metrics.accepted,
    );
    let advice = refusal.map_or(
        "read what Tempo's log says at `pusher failed to consume trace data`",
        |(_, group)| group.kind.advice(),
    );
    let url = backend
        .tempo
        .reached
        .known()
        .map_or("", |reached| reached.url());
    let counter = format!("tempo_receiver_refused_spans {}", metrics.refused);
    let report = Report::new(
        message,
        Evidence::new(EvidenceKind::Metric, format!("{url}/metrics"), counter),
        Remedy::edit(advice),
    );
    let since = refusal
        .and_then(|(_, group)| group.first_at)
        .map(|at| Moment::new(at, "its first refusal in the log"));
    // The counter has no time: without a refusal in the window it is history.
    let report = match refusal {
        Some(_) => report,
        None => report.severity(Severity::Info),
    };
    let proofs = refusal.map(|(container, group)| Evidence::log(&container.name, &group.sample));
    fail(report.since(since).proof(proofs))
}

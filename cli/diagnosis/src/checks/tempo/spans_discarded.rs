//! Tempo accepts spans and throws them away.

use super::spans_refused;
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    snapshot::Discarded,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(205),
    name: "spans-discarded",
    severity: Severity::Error,
    summary: "Tempo throws spans away",
    why: "For `trace_too_large` and `live_traces_exceeded` the sender is told that all is well: this counter is the only sign.",
    causes: &[
        "`live_traces_exceeded`: more traces at once than `max_traces_per_user` (10 000 by default).",
        "`trace_too_large`: a trace over `max_bytes_per_trace` (5 MB by default).",
        "`rate_limited`: more bytes a second than `rate_limit_bytes`; the sender is told.",
        "`invalid_trace_id`, `invalid_span_id`: ids of the wrong length.",
    ],
    remedy: "Raise the limit that the reason names under `overrides.defaults` in Tempo's configuration and restart Tempo, or send less.",
    verify: "`ptctl status` shows the count of discarded spans standing still.",
    masked_by: &[&[Cause::same_subject(spans_refused::CHECK.code)]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let metrics = backend.tempo.metrics.get()?;
    let Some(worst) = metrics
        .discarded
        .iter()
        .max_by_key(|discarded| discarded.spans)
    else {
        return Ok(Outcome::Pass);
    };
    let total: u64 = metrics
        .discarded
        .iter()
        .map(|discarded| discarded.spans)
        .sum();
    let url = backend
        .tempo
        .reached
        .known()
        .map_or("", |reached| reached.url());
    let proof = |discarded: &Discarded| {
        let counter = format!(
            "tempo_discarded_spans_total{{reason={:?}}} {}",
            discarded.reason, discarded.spans
        );
        Evidence::new(EvidenceKind::Metric, format!("{url}/metrics"), counter)
    };
    let others = metrics
        .discarded
        .iter()
        .filter(|discarded| *discarded != worst);
    let message = format!(
        "Tempo `{}` threw away {total} spans since its start, {} of them as `{}`: {}",
        backend.label(),
        worst.spans,
        worst.reason,
        meaning(&worst.reason),
    );
    let started = backend
        .container
        .and_then(|container| container.state.started_at);
    let report = Report::new(message, proof(worst), Remedy::edit(advice(&worst.reason)))
        .since(started.map(|at| Moment::new(at, "its counters began at its start")))
        .proof(others.map(proof));
    fail(report)
}

fn meaning(reason: &str) -> &'static str {
    match reason {
        "rate_limited" => "senders exceed the ingestion rate limit",
        "trace_too_large" => {
            "a trace is larger than `max_bytes_per_trace`, and senders are not told"
        }
        "live_traces_exceeded" => "too many traces at once, and senders are not told",
        "invalid_trace_id" => "trace ids are not 16 bytes",
        "invalid_span_id" => "span ids are not 8 bytes",
        _ => "Tempo's own word for the reason",
    }
}

fn advice(reason: &str) -> &'static str {
    match reason {
        "rate_limited" => {
            "raise `overrides.defaults.ingestion.rate_limit_bytes` and `burst_size_bytes` in Tempo's configuration and restart it"
        }
        "trace_too_large" => {
            "raise `overrides.defaults.global.max_bytes_per_trace` in Tempo's configuration and restart it, or end long traces earlier"
        }
        "live_traces_exceeded" => {
            "raise `overrides.defaults.ingestion.max_traces_per_user` in Tempo's configuration and restart it, or sample"
        }
        "invalid_trace_id" | "invalid_span_id" => {
            "mend the sender that makes its own ids: 16 bytes for a trace, 8 for a span"
        }
        _ => "read what Tempo's log says about it",
    }
}

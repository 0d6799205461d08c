//! A metrics generator that leaves out spans which came late.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Backend, Stack},
};

/// Tempo's word for it.
const REASON: &str = "outside_metrics_ingestion_slack";
/// One late span in so many is no matter.
const MATTERS: u64 = 20;

pub(crate) static CHECK: Check = Check {
    code: Code::new(1017),
    name: "generator-drops-late-spans",
    severity: Severity::Warning,
    summary: "Tempo's metrics generator leaves out spans that come late",
    why: "The service graph and span metrics count too little; the traces themselves are complete.",
    causes: &[
        "Spans are sent later than `metrics_ingestion_time_range_slack` (30 s): long requests, large batches, retries.",
        "The clocks of sender and Tempo differ.",
    ],
    remedy: "Raise `metrics_generator.metrics_ingestion_time_range_slack`, or set the clocks right.",
    verify: "`tempo_metrics_generator_spans_discarded_total` does not grow.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let generator = &backend.tempo.metrics.get()?.generator;
    let late: u64 = generator
        .spans_discarded
        .iter()
        .filter(|discarded| discarded.reason == REASON)
        .map(|discarded| discarded.spans)
        .sum();
    if late == 0 {
        return Ok(Outcome::Pass);
    }
    let received = generator.spans_received.unwrap_or(0);
    let url = backend
        .tempo
        .reached
        .known()
        .map_or("", |reached| reached.url());
    let counter =
        format!("tempo_metrics_generator_spans_discarded_total{{reason=\"{REASON}\"}} {late}");
    let report = Report::new(
        format!(
            "the metrics generator of Tempo `{}` left out {late} of {received} spans since its start, which came late",
            backend.label()
        ),
        Evidence::new(EvidenceKind::Metric, format!("{url}/metrics"), counter),
        Remedy::edit(
            "raise `metrics_generator.metrics_ingestion_time_range_slack` in Tempo, or set the clocks right",
        ),
    );
    fail(if late.saturating_mul(MATTERS) >= received {
        report
    } else {
        report.severity(Severity::Info)
    })
}

//! A service graph without edges, since no call has both of its sides.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Backend, Stack},
};

/// Fewer calls than this prove nothing.
const ENOUGH: u64 = 10;

pub(crate) static CHECK: Check = Check {
    code: Code::new(1018),
    name: "service-graph-unpaired",
    severity: Severity::Info,
    summary: "Tempo's service graph has no edge, since every call lacks one of its sides",
    why: "An edge needs the span of the caller (client) and of the called (server) in one trace.",
    causes: &[
        "The context is not propagated between services, so that each has traces of its own.",
        "The clients of the services are not instrumented.",
        "There is one service only, which calls databases or the outside.",
    ],
    remedy: "Instrument clients and let them send `traceparent`.",
    verify: "Grafana's service graph shows an edge after the next request.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let generator = &backend.tempo.metrics.get()?.generator;
    let Some(unpaired) = generator.unpaired_edges else {
        return Ok(Outcome::NotApplicable("it makes no service graph"));
    };
    // The rest of them has both sides, or waits for one.
    if unpaired < ENOUGH || generator.edges.is_none_or(|edges| edges > unpaired) {
        return Ok(Outcome::Pass);
    }
    let url = backend
        .tempo
        .reached
        .known()
        .map_or("", |reached| reached.url());
    let counter =
        format!("tempo_metrics_generator_processor_service_graphs_expired_edges {unpaired}");
    fail(Report::new(
        format!(
            "the service graph of Tempo `{}` has no edge: {unpaired} calls lack one of their sides",
            backend.label()
        ),
        Evidence::new(EvidenceKind::Metric, format!("{url}/metrics"), counter),
        Remedy::edit("instrument the services' clients and let them send `traceparent`"),
    ))
}

//! Tempo looks for Kafka and finds none.

use std::ops::ControlFlow;

use super::{proof::setting, start::refusal};
use crate::{
    check::{Check, Examine, Verdict, fail},
    checks::explanations,
    code::Code,
    finding::{Evidence, Remedy, Severity},
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(229),
    name: "kafka-missing",
    severity: Severity::Error,
    summary: "Tempo cannot reach the Kafka that its configuration asks for",
    why: "Tempo 3 in several processes passes spans through Kafka; one process with `-target=all` needs none.",
    causes: &[
        "A configuration for several processes was taken for one.",
        "Kafka starts later than Tempo, or not at all.",
    ],
    remedy: "Run Kafka, or one Tempo with `-target=all` and without `ingest.kafka`.",
    verify: "`docker logs` on its container ends with `Tempo started`.",
    masked_by: &[],
    explains: explanations::TEMPO_API,
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let refusal = match refusal(backend, stack, fits) {
        ControlFlow::Continue(refusal) => refusal,
        ControlFlow::Break(verdict) => return verdict,
    };
    let message = format!(
        "Tempo `{}` does not start without Kafka: {}",
        backend.label(),
        refusal.reason()
    );
    let remedy = Remedy::edit(
        "run Kafka at the address that `ingest.kafka` names, or one Tempo with `-target=all` and without it",
    );
    fail(refusal.report(message, remedy).proof(kafka(backend)))
}

/// A start that ends at Kafka.
fn fits(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    line.contains("kafka") && !line.contains("unknown type") && !line.contains("parsing config")
}

fn kafka(backend: &Backend<'_>) -> Option<Evidence> {
    setting(
        backend,
        &[&["ingest", "kafka", "address"], &["ingest", "kafka"]],
    )
    .map(|setting| setting.proof())
}

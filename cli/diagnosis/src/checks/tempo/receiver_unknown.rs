//! A receiver that Tempo does not have.

use std::ops::ControlFlow;

use super::start::refusal;
use crate::{
    check::{Check, Examine, Verdict, fail},
    checks::{commands, explanations},
    code::Code,
    finding::{Evidence, Remedy, Severity},
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(227),
    name: "receiver-unknown",
    severity: Severity::Error,
    summary: "Tempo does not start because its configuration names a receiver that it does not have",
    why: "Tempo takes the OpenTelemetry Collector's receivers, but only some: `otlp`, `jaeger`, `zipkin` and `kafka`.",
    causes: &[
        "`opencensus` was removed in 2.10.",
        "A receiver of the Collector that Tempo never had.",
    ],
    remedy: "Remove the receiver from `distributor.receivers`, or put an OpenTelemetry Collector in front that has it.",
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
    let reason = refusal.reason();
    let name = reason
        .split_once("for id: \"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or("", |(name, _)| name);
    let message = format!(
        "Tempo `{}` does not start because it has no receiver `{name}`",
        backend.label()
    );
    let remedy = Remedy::run(
        format!("remove `{name}` from `distributor.receivers` in its configuration, then start it"),
        commands::start(refusal.container),
    );
    let place = backend.tempo.file.known().and_then(|document| {
        let (key, _) = document.at(&["distributor", "receivers"])?.entry(name)?;
        Some(Evidence::setting(
            document.key_location(key),
            format!("distributor.receivers.{name}"),
        ))
    });
    fail(refusal.report(message, remedy).proof(place))
}

/// A start that ends at an unknown receiver.
fn fits(line: &str) -> bool {
    line.contains("'receivers' unknown type")
}

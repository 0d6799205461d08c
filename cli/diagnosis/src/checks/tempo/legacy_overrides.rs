//! Limits in a form that Tempo 3 refuses.

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
    code: Code::new(212),
    name: "legacy-overrides",
    severity: Severity::Error,
    summary: "Tempo does not start because its limits are in the flat form",
    why: "The flat form of `overrides` is deprecated since 2.3, and since 3.0 Tempo refuses to start with it.",
    causes: &["The file was written for Tempo 2.2 or older."],
    remedy: "Move each limit to its place under `overrides.defaults`; `overrides.enable_legacy_overrides: true` puts that off.",
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
        "Tempo `{}` refuses to start with limits in the flat form of before 2.3",
        backend.label()
    );
    let remedy = Remedy::run(
        "move each limit to its place under `overrides.defaults` in its configuration, then start it",
        commands::start(refusal.container),
    );
    fail(refusal.report(message, remedy).proof(flat_limits(backend)))
}

/// A start that ends at the overrides.
fn fits(line: &str) -> bool {
    line.contains("error running Tempo") && line.contains("legacy overrides")
}

/// Where the flat limits stand.
fn flat_limits(backend: &Backend<'_>) -> Option<Evidence> {
    let document = backend.tempo.file.known()?;
    let overrides = document.at(&["overrides"])?;
    let (key, _) = overrides.entries().iter().find(|(key, _)| {
        [
            "ingestion_",
            "max_",
            "metrics_generator_",
            "block_retention",
            "forwarders",
        ]
        .iter()
        .any(|flat| key.name.starts_with(flat))
    })?;
    Some(Evidence::setting(
        document.key_location(key),
        format!("overrides.{}", key.name),
    ))
}

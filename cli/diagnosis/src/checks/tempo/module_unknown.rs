//! A `-target` that Tempo does not have.

use std::ops::ControlFlow;

use super::start::refusal;
use crate::{
    check::{Check, Examine, Verdict, fail},
    checks::{commands, explanations},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(228),
    name: "module-unknown",
    severity: Severity::Error,
    summary: "Tempo does not start because `-target` names a module that it does not have",
    why: "A module that was removed, or a misspelt one, ends Tempo at once.",
    causes: &[
        "`scalable-single-binary` was removed in 3.0.",
        "`ingester` and `compactor` were removed in 3.0.",
    ],
    remedy: "Set `-target=all`, or leave it out: that is one Tempo with everything in it.",
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
    let container = refusal.container;
    let message = format!("Tempo `{}` does not start: {reason}", backend.label());
    let remedy =
        Remedy::edit("set `-target=all` in its command or leave the target out, then recreate it")
            .then(commands::recreate(container));
    let command = container
        .command
        .iter()
        .find(|word| word.contains("target"))
        .map(|word| {
            Evidence::new(
                EvidenceKind::Container,
                &container.name,
                format!("Config.Cmd: {word}"),
            )
        });
    fail(refusal.report(message, remedy).proof(command))
}

/// A start that ends at the name of a module.
fn fits(line: &str) -> bool {
    line.contains("unrecognised module name")
}

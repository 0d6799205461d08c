//! A flag that Tempo does not know.

use std::ops::ControlFlow;

use super::start::refusal;
use crate::{
    check::{Check, Examine, Verdict, fail},
    checks::{commands, explanations},
    code::Code,
    finding::{Remedy, Severity},
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(233),
    name: "flag-unknown",
    severity: Severity::Error,
    summary: "Tempo does not start because it does not know a flag of its command",
    why: "Tempo ends with code 2 and prints its flags; the first line names the wrong one.",
    causes: &[
        "`-mem-ballast-size-mbs` was removed: Go's `GOMEMLIMIT` took its place.",
        "`-health` in a health check of Tempo 2.x: it came with 3.0.",
    ],
    remedy: "Remove the flag from `command:` in the Compose file and recreate Tempo.",
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
        "Tempo `{}` does not start: {}",
        backend.label(),
        refusal.lines[0].text.trim()
    );
    let remedy =
        Remedy::edit("remove the flag from its command in the Compose file, then recreate it")
            .then(commands::recreate(refusal.container));
    fail(refusal.report(message, remedy))
}

/// A start that ends at a flag.
fn fits(line: &str) -> bool {
    line.contains("flag provided but not defined") || line.contains("flag needs an argument")
}

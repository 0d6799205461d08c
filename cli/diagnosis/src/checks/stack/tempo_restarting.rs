//! Tempo starts, fails and is started again.

use super::run_state;
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    checks::explanations,
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(103),
    name: "tempo-restarting",
    severity: Severity::Error,
    summary: "Tempo's container is in a restart loop",
    why: "Between two starts nothing receives spans, and what was received is lost with the process.",
    causes: &[
        "Its configuration has keys of another major version.",
        "Its data folder is not writable by uid 10001.",
        "Its memory limit is below what it needs.",
    ],
    remedy: "Read the last lines of its log: they name the cause.",
    verify: "`docker inspect --format '{{.RestartCount}}'` on its container no longer grows.",
    masked_by: &[explanations::TEMPO_START],
    explains: explanations::TEMPO_API,
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container else {
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    if !run_state::is_looping(container, stack) {
        return Ok(Outcome::Pass);
    }
    let name = format!("Tempo `{}`", backend.label());
    fail(run_state::loop_report(&name, container))
}

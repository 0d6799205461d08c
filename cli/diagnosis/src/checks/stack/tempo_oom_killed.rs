//! The kernel killed Tempo for want of memory.

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
    code: Code::new(104),
    name: "tempo-oom-killed",
    severity: Severity::Error,
    summary: "Tempo was killed for want of memory",
    why: "A SIGKILL loses every span that was not on disk yet, and clients see resets and refusals until it is back.",
    causes: &[
        "The container's memory limit is below what the load needs.",
        "Very large traces: `max_bytes_per_trace` bounds them.",
        "The host itself ran out of memory.",
    ],
    remedy: "Raise the memory limit of the service in the Compose file, set `GOMEMLIMIT` to about 80 % of it, and recreate it.",
    verify: "`docker inspect --format '{{.State.OOMKilled}}'` on its container says `false` after the next busy hour.",
    masked_by: &[],
    explains: explanations::TEMPO_API,
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container else {
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    if !run_state::was_oom_killed(container, stack) {
        return Ok(Outcome::Pass);
    }
    let name = format!("Tempo `{}`", backend.label());
    fail(run_state::oom_report(&name, container, stack))
}

//! Tempo's container ended and nothing brings it back.

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
    code: Code::new(102),
    name: "tempo-exited",
    severity: Severity::Error,
    summary: "Tempo's container is not running",
    why: "Nothing receives spans. Its name does not resolve while it is down, so clients report either a refused connection or an unknown host.",
    causes: &[
        "Somebody stopped it.",
        "Its configuration or its data folder was refused at start; the last lines of its log say which.",
        "A port that it publishes is taken, so that it was created and never started.",
        "An OTLP port inside was busy: Tempo then exits with code 0, and `restart: on-failure` does not bring it back.",
    ],
    remedy: "Read the last lines of its log, mend what they name, then `docker start` it.",
    verify: "`ptctl doctor --wait 30s` finds Tempo ready.",
    masked_by: &[explanations::TEMPO_START],
    explains: explanations::TEMPO_API,
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container else {
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    if !run_state::has_ended(container) {
        return Ok(Outcome::Pass);
    }
    let name = format!("Tempo `{}`", backend.label());
    fail(run_state::ended_report(&name, container))
}

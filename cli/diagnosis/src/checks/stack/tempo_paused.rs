//! Tempo is frozen by `docker pause`.

use super::run_state;
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    checks::explanations,
    code::Code,
    finding::Severity,
    policy::Policy,
    snapshot::Status,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(105),
    name: "tempo-paused",
    severity: Severity::Error,
    summary: "Tempo's container is paused",
    why: "Its ports still accept connections, but nobody answers: every export runs into its timeout, and queues fill.",
    causes: &[
        "Somebody ran `docker pause`, or a backup tool froze the container and did not thaw it.",
    ],
    remedy: "`docker unpause` the container. Nothing that it held is lost.",
    verify: "`ptctl status` shows Tempo as ready.",
    masked_by: &[],
    explains: explanations::TEMPO_API,
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container else {
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    if container.state.status != Status::Paused {
        return Ok(Outcome::Pass);
    }
    let message = format!(
        "Tempo `{}` is paused: its ports accept connections and nobody answers",
        backend.label()
    );
    fail(run_state::paused_report(message, container, stack))
}

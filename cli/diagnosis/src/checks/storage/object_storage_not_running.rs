//! An object storage whose container does not run.

use std::ops::ControlFlow;

use super::object_storage;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, stack::run_state},
    code::Code,
    export::Target,
    finding::Severity,
    policy::Policy,
    snapshot::{Container, Status},
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(815),
    name: "object-storage-not-running",
    severity: Severity::Error,
    summary: "the container of Tempo's object storage does not run",
    why: "Tempo does not start without its object storage; one that runs keeps new blocks on its own disk and tries again, and searches lack everything older.",
    causes: &[
        "It ended with an error; the last lines of its log name it.",
        "Somebody stopped or paused it.",
        "It ran out of memory or of disk.",
    ],
    remedy: "Read the last lines of its log, mend what they name, then start it again. Tempo stores by itself what it kept meanwhile.",
    verify: "Tempo is ready, and its log has no new line with `s3 backend` or `s3 bucket`.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    if let ControlFlow::Break(verdict) = object_storage::in_use(backend) {
        return verdict;
    }
    backend.tempo.file.get()?;
    let Some((setting, Target::Container { container, .. })) =
        object_storage::place(backend, stack)
    else {
        return Ok(Outcome::NotApplicable("it is no container of this engine"));
    };
    if !is_away(container, stack) {
        return Ok(Outcome::Pass);
    }
    let is_paused = container.state.status == Status::Paused;
    let message = format!(
        "Tempo `{}` keeps its blocks in `{}`, which {}",
        backend.label(),
        container.display_name(),
        run_state::state_in_words(container)
    );
    let remedy = if is_paused {
        commands::thaw(container)
    } else {
        commands::start_it(container)
    };
    fail(
        Report::new(message, run_state::state_proof(container), remedy)
            .since(run_state::ended(container))
            .proof([setting.proof()])
            .proof(run_state::last_words(container)),
    )
}

/// Whether the container of a backend's object storage does not run.
pub(super) fn stands(backend: &Backend<'_>, stack: &Stack<'_>) -> bool {
    match object_storage::place(backend, stack) {
        Some((_, Target::Container { container, .. })) => is_away(container, stack),
        Some((
            _,
            Target::OwnLoopback
            | Target::HostPort
            | Target::NotShared { .. }
            | Target::Nobody
            | Target::Outside,
        ))
        | None => false,
    }
}

fn is_away(container: &Container, stack: &Stack<'_>) -> bool {
    container.state.status == Status::Paused || run_state::is_down(container, stack)
}

//! The kernel killed Tempo for want of memory.

use super::run_state;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    finding::{Remedy, Severity},
    observed::Probe,
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
    explains: &[
        Probe::TempoAddress,
        Probe::TempoReady,
        Probe::TempoVersion,
        Probe::TempoConfig,
        Probe::TempoMetrics,
        Probe::TempoSearch,
    ],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container else {
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    if !run_state::was_oom_killed(container, stack) {
        return Ok(Outcome::Pass);
    }
    let limit = container.memory_limit.map_or_else(
        || "without a limit of its own".to_owned(),
        |bytes| format!("at its limit of {} MiB", bytes / (1 << 20)),
    );
    let mut proofs = run_state::oom_proof(container, stack).into_iter();
    let report = Report::new(
        format!(
            "Tempo `{}` was killed for want of memory {limit}",
            backend.label()
        ),
        proofs
            .next()
            .unwrap_or_else(|| run_state::state_proof(container)),
        Remedy::edit(format!(
            "raise the memory limit of `{}` in the Compose file, then recreate it",
            backend.label()
        ))
        .then(commands::recreate(container)),
    );
    let report = report
        .since(run_state::oom_moment(container, stack))
        .proof(proofs);
    // What the kill lost is lost, but it is back.
    fail(if container.is_running() {
        report.severity(Severity::Warning)
    } else {
        report
    })
}

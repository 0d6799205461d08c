//! The kernel killed a traced service for want of memory.

use super::run_state;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    finding::{Remedy, Severity},
    observed::Probe,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(115),
    name: "service-oom-killed",
    severity: Severity::Error,
    summary: "a traced service was killed for want of memory",
    why: "A SIGKILL loses every span that waited in its queue.",
    causes: &[
        "The container's memory limit is below what the service needs.",
        "The host ran out of memory.",
    ],
    remedy: "Raise the memory limit of the service in the Compose file and recreate it.",
    verify: "`docker inspect --format '{{.State.OOMKilled}}'` on its container says `false`.",
    masked_by: &[],
    explains: &[Probe::ServiceMetrics],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = service.container;
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
            "`{}` was killed for want of memory {limit}",
            service.label()
        ),
        proofs
            .next()
            .unwrap_or_else(|| run_state::state_proof(container)),
        Remedy::edit(format!(
            "raise the memory limit of `{}` in the Compose file, then recreate it",
            service.label()
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

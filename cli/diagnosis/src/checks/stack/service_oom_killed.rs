//! The kernel killed a traced service for want of memory.

use super::run_state;
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    code::Code,
    finding::Severity,
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
    let name = format!("`{}`", service.label());
    fail(run_state::oom_report(&name, container, stack))
}

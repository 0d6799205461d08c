//! A traced service starts, fails and is started again.

use super::{run_state, service_oom_killed};
use crate::{
    check::{Cause, Check, Examine, Outcome, Verdict, fail},
    checks::{explanations, export_errors::sdk_stops_service},
    code::Code,
    finding::Severity,
    observed::Probe,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(112),
    name: "service-restarting",
    severity: Severity::Error,
    summary: "a traced service is in a restart loop",
    why: "Each end loses the spans that waited in its queue, and between two starts it serves nothing.",
    causes: &[
        "It fails at start; the last lines of its log say why.",
        "Its memory limit is too low.",
    ],
    remedy: "Read the last lines of its log: they name the cause.",
    verify: "`docker inspect --format '{{.RestartCount}}'` on its container no longer grows.",
    masked_by: &[
        &[
            Cause::same_subject(service_oom_killed::CHECK.code),
            Cause::same_subject(sdk_stops_service::CHECK.code),
        ],
        explanations::CANNOT_RESTART,
    ],
    explains: &[Probe::ServiceMetrics, Probe::Logs],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = service.container;
    if !run_state::is_looping(container, stack) {
        return Ok(Outcome::Pass);
    }
    let name = format!("`{}`", service.label());
    fail(run_state::loop_report(&name, container))
}

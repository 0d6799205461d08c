//! A traced service's container ended.

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
    code: Code::new(111),
    name: "service-exited",
    severity: Severity::Error,
    summary: "a traced service is not running",
    why: "It serves nothing and traces nothing; traces that pass through it end at its caller.",
    causes: &[
        "It failed at start; the last lines of its log say why.",
        "Somebody stopped it.",
    ],
    remedy: "Read the last lines of its log, mend what they name, then `docker start` it.",
    verify: "`ptctl status` shows it as running.",
    masked_by: &[
        &[
            Cause::same_subject(service_oom_killed::CHECK.code),
            Cause::same_subject(sdk_stops_service::CHECK.code),
        ],
        explanations::CANNOT_RUN,
    ],
    explains: &[Probe::ServiceMetrics, Probe::Logs],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let container = service.container;
    if !run_state::has_ended(container) {
        return Ok(Outcome::Pass);
    }
    if run_state::is_finished_job(container) {
        return Ok(Outcome::NotApplicable(
            "it is a job that ended with success",
        ));
    }
    let name = format!("`{}`", service.label());
    fail(run_state::ended_report(&name, container))
}

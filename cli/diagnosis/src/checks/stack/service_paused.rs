//! A traced service is frozen by `docker pause`.

use super::run_state;
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    code::Code,
    finding::Severity,
    observed::Probe,
    policy::Policy,
    snapshot::Status,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(114),
    name: "service-paused",
    severity: Severity::Error,
    summary: "a traced service is paused",
    why: "It accepts connections and answers none; spans that waited in its queue wait on.",
    causes: &[
        "Somebody ran `docker pause`, or a backup tool froze the container and did not thaw it.",
    ],
    remedy: "`docker unpause` the container.",
    verify: "`ptctl status` shows it as running.",
    masked_by: &[],
    explains: &[Probe::ServiceMetrics],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = service.container;
    if container.state.status != Status::Paused {
        return Ok(Outcome::Pass);
    }
    let message = format!("`{}` is paused", service.label());
    fail(run_state::paused_report(message, container, stack))
}

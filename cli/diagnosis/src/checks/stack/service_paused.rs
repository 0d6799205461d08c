//! A traced service is frozen by `docker pause`.

use super::run_state;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
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
    let report = Report::new(
        format!("`{}` is paused", service.label()),
        Evidence::new(
            EvidenceKind::Container,
            &container.name,
            "State.Paused=true",
        ),
        Remedy::run(
            "thaw the container",
            format!("docker unpause {}", container.name),
        ),
    );
    fail(report.since(run_state::pause_moment(container, stack)))
}

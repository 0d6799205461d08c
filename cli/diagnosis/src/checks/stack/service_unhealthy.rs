//! A traced service runs, and its health check says that it does not work.

use super::{run_state, service_paused, service_restarting};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::explanations,
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    snapshot::HealthStatus,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(113),
    name: "service-unhealthy",
    severity: Severity::Warning,
    summary: "a traced service's health check fails",
    why: "Services that wait for its health never start, and what it serves may be broken.",
    causes: &[
        "A peer that it needs is away.",
        "It is overloaded, and the probe's `timeout` is short.",
        "It needs longer to start than `start_period` allows.",
    ],
    remedy: "Run the health check's command by hand and mend what it prints.",
    verify: "`ptctl status` shows it as healthy.",
    masked_by: &[
        &[
            Cause::same_subject(service_restarting::CHECK.code),
            Cause::same_subject(service_paused::CHECK.code),
        ],
        explanations::HEALTH_CHECK,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let container = service.container;
    let Some(health) = &container.state.health else {
        return Ok(Outcome::NotApplicable("it has no health check"));
    };
    // What ended keeps the last word of its health check.
    if health.status != HealthStatus::Unhealthy || run_state::has_ended(container) {
        return Ok(Outcome::Pass);
    }
    let said = health.last.as_ref().map_or_else(
        || "no probe has ended yet".to_owned(),
        |probe| format!("exit code {}: {}", probe.exit_code, probe.output.trim()),
    );
    let at = health.last.as_ref().and_then(|probe| probe.at);
    let report = Report::new(
        format!(
            "`{}` is unhealthy: {} probes in a row failed",
            service.label(),
            health.failing_streak
        ),
        Evidence::new(
            EvidenceKind::Container,
            &container.name,
            format!("State.Health: {said}"),
        )
        .at(at),
        Remedy::run(
            "mend what the probe's last output names",
            format!(
                "docker inspect --format '{{{{json .State.Health}}}}' {}",
                container.name
            ),
        ),
    );
    let since = at.map(|at| Moment::new(at, "its last probe failed"));
    let logs = container.logs.known().and_then(|logs| logs.fatal.last());
    let proofs = logs.map(|line| Evidence::log(&container.name, line));
    fail(report.since(since).proof(proofs))
}

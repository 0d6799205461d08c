//! A traced service runs, and its health check says that it does not work.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, explanations},
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
        "The probe needs a shell, `curl` or `wget` that the image does not have.",
        "The probe asks another port or address than the one the service listens on.",
        "A peer that it needs is away.",
    ],
    remedy: "Run the health check's command by hand and mend what it prints.",
    verify: "`ptctl status` shows it as healthy.",
    masked_by: &[explanations::SERVICE_AWAY],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let container = service.container;
    let Some(health) = &container.state.health else {
        return Ok(Outcome::NotApplicable("it has no health check"));
    };
    if health.status != HealthStatus::Unhealthy {
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
    let report = report.since(since).proof(proofs);
    // A health check that cannot start its probe says nothing about the service itself.
    if said.contains("executable file not found") {
        let remedy = Remedy::edit("use a probe that the image has, then recreate the service")
            .then(commands::recreate(container));
        return fail(Report { remedy, ..report });
    }
    fail(report)
}

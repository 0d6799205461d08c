//! A container that was created and waits for another one, which does not become what it waits for.

use super::{
    health_check_tool_missing, health_check_wrong_target, run_state, service_unhealthy, weight,
};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    dependency::{Condition, Dependency},
    finding::{Deed, Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    snapshot::{Container, HealthStatus, Status},
    view::{Member, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(123),
    name: "waits-for-unhealthy",
    severity: Severity::Error,
    summary: "a container was never started because what it waits for is not healthy",
    why: "Compose creates it, waits for `depends_on`, and gives up; it is not started later when the other one recovers.",
    causes: &[
        "The health check of the other one is wrong: a missing program, a wrong port.",
        "The other one takes longer to become healthy than its `retries` and `start_period` allow.",
        "The other one ended.",
    ],
    remedy: "Mend the one that is waited for, then start again: `docker compose up --detach`.",
    verify: "`ptctl status` shows both as running.",
    masked_by: &[&[
        Cause::awaited(health_check_tool_missing::CHECK.code),
        Cause::awaited(health_check_wrong_target::CHECK.code),
        Cause::awaited(service_unhealthy::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachContainer(examine),
};

fn examine(member: &Member<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = member.container;
    if container.state.status != Status::Created {
        return Ok(Outcome::Pass);
    }
    if container.state.error.is_some() {
        return Ok(Outcome::NotApplicable("the engine names another reason"));
    }
    let unmet = Dependency::of(container).find_map(|dependency| {
        let other = stack
            .snapshot
            .containers
            .iter()
            .find(|other| dependency.is_on(other, container));
        let state = unmet(dependency, other)?;
        Some((dependency, other, state))
    });
    let Some((dependency, other, state)) = unmet else {
        return Ok(Outcome::Pass);
    };
    let service = dependency.service;
    let label = format!(
        "depends_on: {service}: {{condition: {}}}",
        dependency.condition.word()
    );
    let report = Report::new(
        format!(
            "`{}` was created and never started: it waits for `{service}`, which {state}",
            member.label()
        ),
        Evidence::new(EvidenceKind::Container, &container.name, label),
        Remedy::edit(format!(
            "mend `{service}`, then start both; or wait for `{service}` with `condition: service_started` only"
        ))
        .then(commands::up(container, container.display_name()))
        .doing(Deed::StartAfter {
            container: container.id.clone(),
            service: service.to_owned(),
        }),
    );
    let health = other.and_then(health_proof);
    fail(
        report
            .severity(weight::when_down(member))
            .since(Some(Moment::new(container.created_at, "it was created")))
            .proof(other.map(run_state::state_proof))
            .proof(health),
    )
}

/// How a dependency is not what it is waited for to be, as the end of a sentence.
fn unmet(dependency: Dependency<'_>, other: Option<&Container>) -> Option<String> {
    let Some(other) = other else {
        return Some("has no container".to_owned());
    };
    let down = matches!(
        other.state.status,
        Status::Exited | Status::Dead | Status::Restarting | Status::Created
    );
    match dependency.condition {
        Condition::Completed => (other.state.status == Status::Exited
            && other.state.exit_code != 0)
            .then(|| run_state::state_in_words(other)),
        Condition::Healthy | Condition::Started if down => Some(run_state::state_in_words(other)),
        Condition::Healthy => match &other.state.health {
            None => Some("has no health check".to_owned()),
            Some(health) if health.status == HealthStatus::Unhealthy => Some(format!(
                "is unhealthy: {} probes in a row failed",
                health.failing_streak
            )),
            Some(_) => None,
        },
        Condition::Started => None,
    }
}

fn health_proof(container: &Container) -> Option<Evidence> {
    let last = container.state.health.as_ref()?.last.as_ref()?;
    let text = format!(
        "State.Health: exit code {}: {}",
        last.exit_code,
        last.output.trim()
    );
    Some(Evidence::new(EvidenceKind::Container, &container.name, text).at(last.at))
}

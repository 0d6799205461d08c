//! A service of the Compose files that matters to tracing and has no container.

use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, explanations, stack::tempo_missing},
    code::Code,
    export::TRACED_LABEL,
    finding::{Evidence, Remedy, Severity},
    policy::Policy,
    snapshot::{ComposeService, Origin},
    subject::Subject,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(143),
    name: "service-not-started",
    severity: Severity::Info,
    summary: "a service of the Compose files that sends or receives traces has no container",
    why: "What was never created sends nothing, and whoever sends to it reaches nobody. `docker ps --all` does not show \
          it either.",
    causes: &[
        "Only some services were named when the stack was started.",
        "The service was added to the file later.",
        "Its container was removed.",
    ],
    remedy: "Start it: `docker compose up --detach SERVICE`.",
    verify: "`ptctl status` shows it.",
    masked_by: &[
        &[Cause::anywhere(tempo_missing::CHECK.code)],
        explanations::AWAITED,
    ],
    explains: &[],
    examine: Examine::Stack(examine),
};

fn examine(stack: &Stack<'_>, _: &Policy) -> Verdict {
    let snapshot = stack.snapshot;
    if snapshot.origin == Origin::Files {
        return Ok(Outcome::NotApplicable("these are files; nothing runs"));
    }
    if snapshot.stack.project.is_none() {
        return Ok(Outcome::NotApplicable(
            "the stack was not started by Compose",
        ));
    }
    if !snapshot.stack.only_services.is_empty() {
        return Ok(Outcome::NotApplicable("only some services were asked for"));
    }
    let project = snapshot.compose.get()?;
    let absent: Vec<&ComposeService> = project
        .services
        .iter()
        .filter(|service| is_meant_to_run(service) && matters(service, stack))
        .filter(|service| {
            snapshot
                .containers
                .iter()
                .all(|container| container.service.as_ref() != Some(&service.name))
        })
        .collect();
    let [first, rest @ ..] = absent.as_slice() else {
        return Ok(Outcome::Pass);
    };
    let names: Vec<&str> = absent.iter().map(|service| service.name.as_str()).collect();
    let neighbour = snapshot
        .containers
        .iter()
        .find(|container| container.project == snapshot.stack.project);
    let proof = |service: &ComposeService| {
        Evidence::setting(
            service.location.clone(),
            format!("{}: no container has this service", service.name),
        )
    };
    let report = Report::new(
        format!(
            "`{}` {} in the Compose files and {} no container",
            names.join("`, `"),
            if rest.is_empty() { "stands" } else { "stand" },
            if rest.is_empty() { "has" } else { "have" },
        ),
        proof(first),
        Remedy::edit("start what is missing, if it is wanted")
            .then(neighbour.and_then(|neighbour| commands::up(neighbour, &names.join(" ")))),
    );
    let absent = names
        .iter()
        .map(|name| Subject::Service((*name).to_owned()));
    fail(
        report
            .proof(rest.iter().map(|service| proof(service)))
            .concerning(absent),
    )
}

/// Whether the service starts without being asked for.
fn is_meant_to_run(service: &ComposeService) -> bool {
    service.profiles.is_empty() && service.replicas != Some(0)
}

/// Whether it is set up to send traces, or somebody sends to it.
fn matters(service: &ComposeService, stack: &Stack<'_>) -> bool {
    let traced = service
        .environment
        .iter()
        .any(|variable| variable.name == "TEMPO_ENDPOINT" || variable.name.starts_with("OTEL_"));
    let labelled = service
        .labels
        .iter()
        .any(|(name, value)| name == TRACED_LABEL && value != "false");
    let is_target = |sender: &Service<'_>| {
        sender.settings.known().is_some_and(|settings| {
            settings
                .endpoint
                .as_ref()
                .is_ok_and(|endpoint| endpoint.host == service.name)
        })
    };
    traced || labelled || stack.services.iter().any(is_target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        code::Code,
        dependency::Condition,
        diagnose, fixtures,
        observed::Observed,
        snapshot::{ComposeDependency, Snapshot},
    };

    /// A stack whose `scraper` has a health check that its image cannot run, and whose `controller` was never created: by
    /// the files it waits for these.
    fn waits_for(dependencies: &[(&str, Condition)]) -> Snapshot {
        let broken = fixtures::broken();
        let broken = broken.into_iter().find(|broken| broken.code == "PT0121");
        let mut snapshot = broken.unwrap().snapshot;
        snapshot
            .containers
            .retain(|container| container.service.as_deref() != Some("controller"));
        compose(&mut snapshot, "controller").depends_on = dependencies
            .iter()
            .map(|(service, condition)| ComposeDependency {
                service: (*service).to_owned(),
                condition: *condition,
            })
            .collect();
        snapshot
    }

    fn compose<'s>(snapshot: &'s mut Snapshot, name: &str) -> &'s mut ComposeService {
        let Observed::Known(compose) = &mut snapshot.compose else {
            unreachable!()
        };
        let mut services = compose.services.iter_mut();
        services.find(|service| service.name == name).unwrap()
    }

    /// Whether the finding is a root cause of its own; `None` where there is none.
    fn is_root(snapshot: &Snapshot) -> Option<bool> {
        let diagnosis = diagnose(snapshot, &Policy::default());
        let is_it = |code: Code| code == CHECK.code;
        let mut findings = diagnosis.findings();
        findings.find(|finding| is_it(finding.code))?;
        let mut roots = diagnosis.causes.iter();
        Some(roots.any(|cause| is_it(cause.finding.code)))
    }

    #[test]
    fn what_waits_for_an_unhealthy_container_follows_from_that() {
        let waits = waits_for(&[("scraper", Condition::Healthy)]);
        assert_eq!(is_root(&waits), Some(false));
    }

    #[test]
    fn what_waits_for_it_through_another_that_was_not_created_follows_as_well() {
        let mut waits = waits_for(&[("migrations", Condition::Completed)]);
        let mut between = compose(&mut waits, "controller").clone();
        between.name = "migrations".to_owned();
        between.depends_on = vec![ComposeDependency {
            service: "scraper".to_owned(),
            condition: Condition::Healthy,
        }];
        let Observed::Known(project) = &mut waits.compose else {
            unreachable!()
        };
        project.services.push(between);
        assert_eq!(is_root(&waits), Some(false));
    }

    #[test]
    fn what_waits_for_no_health_does_not_follow_from_it() {
        assert_eq!(is_root(&waits_for(&[])), Some(true));
        let started = waits_for(&[("scraper", Condition::Started)]);
        assert_eq!(is_root(&started), Some(true));
    }
}

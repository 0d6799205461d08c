//! Two services under one name.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(329),
    name: "service-name-shared",
    severity: Severity::Info,
    summary: "two services of the stack send spans under one name",
    why: "The service graph shows a service that calls itself, and nobody can tell whose span is slow.",
    causes: &[
        "A block of environment was copied from one service to another.",
        "The name is set in an `env_file` that both use.",
    ],
    remedy: "Give each service a name of its own in `OTEL_SERVICE_NAME`, then recreate them. Several replicas of one service share a name rightly.",
    verify: "Tempo lists both names among the values of `service.name`.",
    masked_by: &[],
    explains: &[],
    examine: Examine::Stack(examine),
};

fn examine(stack: &Stack<'_>, _: &Policy) -> Verdict {
    let mut named: BTreeMap<&str, Vec<&Service<'_>>> = BTreeMap::new();
    for service in &stack.services {
        if let Some(name) = &service.name {
            named.entry(&name.0).or_default().push(service);
        }
    }
    if named.values().flatten().count() < 2 {
        return Ok(Outcome::NotApplicable(
            "fewer than two services tell the name on their spans",
        ));
    }
    let shared = named
        .into_iter()
        .find(|(_, services)| are_different(services));
    let Some((name, services)) = shared else {
        return Ok(Outcome::Pass);
    };
    let labels: Vec<String> = services
        .iter()
        .map(|service| format!("`{}`", service.label()))
        .collect();
    let mut proofs = services.iter().map(|service| {
        Evidence::new(
            EvidenceKind::Variable,
            &service.container.name,
            format!("service.name={name}"),
        )
    });
    let Some(proof) = proofs.next() else {
        return Ok(Outcome::Pass);
    };
    let report = Report::new(
        format!(
            "{} send their spans under one name, `{name}`",
            labels.join(" and ")
        ),
        proof,
        Remedy::edit(
            "set `OTEL_SERVICE_NAME` to a name of its own for each of them, then recreate them",
        ),
    );
    fail(
        report
            .proof(proofs)
            .concerning(services.iter().map(|service| service.subject.clone())),
    )
}

/// Whether containers are of several services rather than replicas of one: told by their Compose services, and where
/// one was started without Compose, by their images.
fn are_different(services: &[&Service<'_>]) -> bool {
    let by_service: Option<BTreeSet<&str>> = services
        .iter()
        .map(|service| service.container.service.as_deref())
        .collect();
    let kinds = by_service.unwrap_or_else(|| {
        services
            .iter()
            .map(|service| service.container.image_id.as_str())
            .collect()
    });
    kinds.len() > 1
}

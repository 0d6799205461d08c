//! A name for the engine's host that a plain Linux engine does not know.

use super::{
    aim::{self, Aim},
    value::Effect,
};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::{explanations, standing},
    code::Code,
    export_errors::ErrorKind,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(316),
    name: "host-docker-internal-unmapped",
    severity: Severity::Error,
    summary: "a service sends spans to `host.docker.internal`, which nothing maps to the host",
    why: "Docker Desktop knows the name by itself. An engine on Linux does not: the name resolves to nothing.",
    causes: &["The stack was written on Docker Desktop and runs on a Linux server or in CI."],
    remedy: "Add `extra_hosts: [\"host.docker.internal:host-gateway\"]` to the service, then recreate it. A Tempo in a container is reached by its service name instead.",
    verify: "`docker inspect` shows the name in `HostConfig.ExtraHosts`.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

const NAMES: [&str; 2] = ["host.docker.internal", "gateway.docker.internal"];

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Outcome::NotApplicable(why)),
    };
    let container = service.container;
    let Some(host) = settings
        .endpoint
        .as_ref()
        .ok()
        .map(|endpoint| endpoint.host.as_str())
        .filter(|host| NAMES.contains(host))
    else {
        return Ok(Outcome::NotApplicable(
            "its endpoint is not the engine's host",
        ));
    };
    let is_mapped = container.extra_hosts.iter().any(|entry| {
        entry
            .split_once([':', '='])
            .is_some_and(|(name, _)| name == host)
    });
    if is_mapped || Effect::of(service, stack) == Effect::Arrive {
        return Ok(Outcome::Pass);
    }
    if container.network_mode == "host" || !stack.snapshot.engine.platform.starts_with("linux") {
        return Ok(Outcome::NotApplicable(
            "whether the name resolves is not Docker's affair here",
        ));
    }
    let unresolved = standing::standing(service, stack)?
        .into_iter()
        .find(|group| {
            matches!(
                group.kind,
                ErrorKind::HostDockerInternal
                    | ErrorKind::DnsNoSuchHost
                    | ErrorKind::DnsServerMisbehaving
            )
        });
    let report = Report::new(
        format!(
            "`{}` sends spans to `{}`, and nothing maps `{host}` to the engine's host",
            service.label(),
            settings.shown(),
        ),
        aim::source_proof(service, settings),
        Remedy::edit(format!(
            "add `extra_hosts: [\"{host}:host-gateway\"]` to `{}` in the Compose file, then recreate it",
            service.label()
        ))
        .then(crate::checks::commands::recreate(container)),
    )
    .since(Some(aim::created(service)))
    .proof([Evidence::new(
        EvidenceKind::Container,
        &container.name,
        format!("HostConfig.ExtraHosts=[{}]", container.extra_hosts.join(", ")),
    )]);
    fail(match unresolved {
        Some(group) => report.proof([standing::proof(service, group)]),
        // Docker Desktop and its like answer to the name, and do not say so.
        None => report.severity(Severity::Info).likely(),
    })
}

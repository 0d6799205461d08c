//! A collector that exports to a container with which it shares no network.

use super::relay;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    export::Target,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Relay, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(418),
    name: "collector-export-on-another-network",
    severity: Severity::Error,
    summary: "a collector and the Tempo that it names share no network",
    why: "Names resolve and packets pass only between containers of one network.",
    causes: &[
        "Tempo runs in another Compose project.",
        "The collector lists `networks:` and leaves out Tempo's.",
    ],
    remedy: "Put both on one network; between two projects declare it `external: true` in one of them.",
    verify: "Tempo counts accepted spans: `ptctl status`.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachCollector(examine),
};

fn examine(relay: &Relay<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let pipelines = relay.pipelines.get()?;
    if pipelines.exporters.is_empty() {
        return Ok(Outcome::NotApplicable(relay::NO_TRACES));
    }
    let apart = relay.routes.iter().find_map(|route| match &route.target {
        Target::NotShared { name, networks } => Some((route, *name, networks)),
        Target::Container { .. }
        | Target::OwnLoopback
        | Target::HostPort
        | Target::Nobody
        | Target::Outside => None,
    });
    let Some((route, name, networks)) = apart else {
        return Ok(Outcome::Pass);
    };
    let remedy = match networks.first() {
        Some(network) => Remedy::run(
            "put both on one network in the Compose file; at once, until the next recreate:",
            format!("docker network connect {network} {}", relay.container.name),
        ),
        None => Remedy::edit("put both on one network in the Compose file"),
    };
    let report = Report::new(
        format!(
            "{}, but `{name}` is on no network of the collector's",
            relay::sends(relay, route)
        ),
        route.exporter.proof(),
        remedy,
    );
    let theirs = Evidence::new(
        EvidenceKind::Container,
        name,
        format!("networks: {}", networks.join(", ")),
    );
    fail(
        report
            .since(relay::started(relay))
            .proof([relay::networks_proof(relay), theirs]),
    )
}

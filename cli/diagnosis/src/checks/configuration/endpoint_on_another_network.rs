//! An endpoint whose host exists, on no network that the service is on.

use super::aim::{self, Aim};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::network::default_bridge_without_names,
    code::Code,
    export::Target,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    snapshot::EngineEventKind,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(304),
    name: "endpoint-on-another-network",
    severity: Severity::Error,
    summary: "a service and the Tempo that it names share no network",
    why: "Names resolve and packets pass only between containers of one network.",
    causes: &[
        "Tempo runs in another Compose project.",
        "The service lists `networks:` and leaves out Tempo's.",
        "One of them was disconnected by hand.",
    ],
    remedy: "Put both on one network; between two projects declare it `external: true` in one of them.",
    verify: "`docker inspect` shows one network name in both containers.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Outcome::NotApplicable(why)),
    };
    let Some(Target::NotShared { name, networks }) = &service.target else {
        return Ok(Outcome::Pass);
    };
    let container = service.container;
    let own: Vec<&str> = container
        .attachments
        .iter()
        .map(|own| own.network.as_str())
        .collect();
    if default_bridge_without_names::both_on_legacy(own.iter().copied(), networks) {
        return Ok(Outcome::NotApplicable("both are on the network `bridge`"));
    }
    let left = stack
        .events_of(&container.id)
        .filter(|event| event.kind == EngineEventKind::Disconnect)
        .last();
    let shown = |networks: &[&str]| {
        if networks.is_empty() {
            "no network".to_owned()
        } else {
            format!("`{}`", networks.join("`, `"))
        }
    };
    let remedy = match (networks.first(), own.first()) {
        (Some(network), _) => Remedy::run(
            "put both on one network in the Compose file; at once, until the next recreate:",
            format!("docker network connect {network} {}", container.name),
        ),
        (None, Some(network)) => Remedy::run(
            "put both on one network in the Compose file; at once, until the next recreate:",
            // By hand, Docker gives no name of Compose's: the name that the service asks for has to be said.
            format!(
                "docker network connect --alias {} {network} {name}",
                settings
                    .endpoint
                    .as_ref()
                    .map_or("tempo", |endpoint| &endpoint.host)
            ),
        ),
        (None, None) => Remedy::edit("put both on one network in the Compose file"),
    };
    let report = Report::new(
        format!(
            "`{}` sends spans to `{}`, but `{name}` is on {} and `{}` on {}",
            service.label(),
            settings.shown(),
            shown(networks),
            service.label(),
            shown(&own),
        ),
        aim::source_proof(service, settings),
        remedy,
    );
    let since = match left {
        Some(event) => Some(Moment::new(event.at, "the container left a network")),
        None => Some(aim::created(service)),
    };
    let fields = [
        (container.name.as_str(), own.as_slice()),
        (name, networks.as_slice()),
    ]
    .map(|(name, networks)| {
        Evidence::new(
            EvidenceKind::Container,
            name,
            format!("networks: {}", networks.join(", ")),
        )
    });
    fail(report.since(since).proof(fields))
}

//! An endpoint whose host exists, on no network that the service is on.

use std::net::IpAddr;

use super::{
    aim::{self, Aim},
    value::Effect,
};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::{explanations, network::default_bridge_without_names},
    code::Code,
    export::Target,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    snapshot::{EngineEvent, EngineEventKind},
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
        "The endpoint is an address of Tempo's on another of its networks.",
    ],
    remedy: "Put both on one network; between two projects declare it `external: true` in one of them.",
    verify: "`docker inspect` shows one network name in both containers.",
    masked_by: &[explanations::NOT_APPLIED],
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
    let address = settings
        .endpoint
        .as_ref()
        .ok()
        .and_then(|endpoint| endpoint.host.parse::<IpAddr>().ok());
    // An engine can be told to route between its networks: what arrives, arrives.
    if address.is_some() && Effect::of(service, stack) == Effect::Arrive {
        return Ok(Outcome::Pass);
    }
    let mut containers = stack.snapshot.containers.iter();
    let other = containers.find(|other| other.name == *name);
    let left = [Some(container), other]
        .into_iter()
        .flatten()
        .filter_map(|container| {
            let disconnected = |event: &&EngineEvent| event.kind == EngineEventKind::Disconnect;
            let event = stack.events_of(&container.id).filter(disconnected).last()?;
            Some(Moment::new(
                event.at,
                format!("`{}` left a network", container.display_name()),
            ))
        })
        .max_by_key(|moment| moment.at);
    let shown = |networks: &[&str]| {
        if networks.is_empty() {
            "no network".to_owned()
        } else {
            format!("`{}`", networks.join("`, `"))
        }
    };
    let remedy = match (networks.first(), own.first()) {
        _ if address.is_some() && aim::has_shared_backend(service, stack) => {
            let right = aim::right_value(service, settings, stack);
            aim::set(service, settings, &right)
        }
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
    let whose = match address {
        Some(address) => format!("{address} is the address of `{name}`"),
        None => format!("`{name}` is"),
    };
    let report = Report::new(
        format!(
            "`{}` sends spans to `{}`, but {whose} on {} and `{}` is on {}",
            service.label(),
            settings.shown(),
            shown(networks),
            service.label(),
            shown(&own),
        ),
        aim::source_proof(service, settings),
        remedy,
    );
    let since = left.unwrap_or_else(|| aim::created(service));
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
    fail(report.since(Some(since)).proof(fields))
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use crate::{
        diagnose,
        diagnosis::Diagnosis,
        export_errors::ErrorKind,
        fixtures,
        observed::Observed,
        policy::Policy,
        snapshot::{Attachment, Network, Role, Snapshot},
    };

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 168, 16, 2));

    /// `scraper` sends to an address of Tempo's on a network of this driver that it is not on itself.
    fn apart(driver: &str) -> Snapshot {
        let mut snapshot = fixtures::healthy();
        snapshot.service_mut("tempo").attachments.push(Attachment {
            network_id: "other".to_owned(),
            network: "shop_other".to_owned(),
            names: vec!["tempo".to_owned()],
            address: Some(ADDRESS),
            gateway: None,
        });
        if let Observed::Known(networks) = &mut snapshot.networks {
            networks.push(Network {
                id: "other".to_owned(),
                name: "shop_other".to_owned(),
                driver: driver.to_owned(),
            });
        }
        snapshot.set_variable("scraper", "TEMPO_ENDPOINT", &format!("{ADDRESS}:4317"));
        snapshot
    }

    fn roots(diagnosis: &Diagnosis) -> Vec<String> {
        let codes = diagnosis.causes.iter().map(|cause| cause.finding.code);
        codes.map(|code| code.to_string()).collect()
    }

    #[test]
    fn an_address_on_a_network_that_the_service_is_not_on_is_out_of_reach() {
        let mut snapshot = apart("bridge");
        snapshot.failing("scraper", ErrorKind::BackendTimeout);
        let diagnosis = diagnose(&snapshot, &Policy::default());
        assert_eq!(roots(&diagnosis), ["PT0304"]);
        let finding = &diagnosis.causes[0].finding;
        let words = "192.168.16.2 is the address of `shop_tempo_1` on `shop_other` and `scraper` is on `shop_default`";
        assert!(finding.message.ends_with(words), "{}", finding.message);
        let right = "set `TEMPO_ENDPOINT=tempo:4317`";
        assert!(
            finding.remedy.action.starts_with(right),
            "{:?}",
            finding.remedy
        );
    }

    #[test]
    fn an_address_of_a_container_elsewhere_is_out_of_reach() {
        let mut snapshot = fixtures::healthy();
        let mut other = fixtures::elsewhere("other-tempo", Role::Tempo, "observability");
        other.attachments[0].address = Some(ADDRESS);
        snapshot.elsewhere.push(other);
        snapshot.set_variable("scraper", "TEMPO_ENDPOINT", &format!("{ADDRESS}:4317"));
        snapshot.failing("scraper", ErrorKind::BackendTimeout);
        assert_eq!(roots(&diagnose(&snapshot, &Policy::default())), ["PT0304"]);
    }

    #[test]
    fn an_address_that_spans_arrive_at_all_the_same_is_no_finding() {
        let diagnosis = diagnose(&apart("bridge"), &Policy::default());
        assert_eq!(roots(&diagnosis), Vec::<String>::new());
    }

    #[test]
    fn a_network_that_may_be_routed_to_is_no_finding_of_its_own() {
        let mut snapshot = apart("ipvlan");
        snapshot.failing("scraper", ErrorKind::BackendTimeout);
        assert_eq!(roots(&diagnose(&snapshot, &Policy::default())), ["PT0503"]);
    }

    #[test]
    fn a_tempo_that_left_its_only_network_is_still_the_one_that_is_meant() {
        let mut snapshot = fixtures::healthy();
        snapshot.service_mut("tempo").attachments.clear();
        snapshot.elsewhere.push(fixtures::elsewhere(
            "bank_tempo_1",
            Role::Tempo,
            "bank_default",
        ));
        let diagnosis = diagnose(&snapshot, &Policy::default());
        assert!(roots(&diagnosis).iter().all(|code| code == "PT0304"));
        let remedy = &diagnosis.causes[0].finding.remedy;
        assert_eq!(
            remedy.command.as_deref(),
            Some("docker network connect --alias tempo shop_default shop_tempo_1")
        );
    }
}

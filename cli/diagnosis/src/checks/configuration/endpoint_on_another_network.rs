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
    snapshot::{Attachment, Container, EngineEventKind},
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
    let host = settings
        .endpoint
        .as_ref()
        .map_or("tempo", |endpoint| endpoint.host.as_str());
    let by_name = other.filter(|_| address.is_none());
    let nameless = by_name.and_then(|other| Nameless::of(other, container));
    let remedy = match &nameless {
        Some(nameless) => nameless.remedy(host),
        None if address.is_some() && aim::has_shared_backend(service, stack) => {
            let right = aim::right_value(service, settings, stack);
            aim::set(service, settings, &right)
        }
        None => join(container, name, host, networks),
    };
    let but = match (&nameless, address) {
        (Some(nameless), _) => format!(
            "`{name}` is on `{}` without the name `{host}`",
            nameless.attachment.network
        ),
        (None, address) => {
            let whose = match address {
                Some(address) => format!("{address} is the address of `{name}`"),
                None => format!("`{name}` is"),
            };
            format!(
                "{whose} on {} and `{}` is on {}",
                in_words(networks),
                service.label(),
                in_words(&own),
            )
        }
    };
    let report = Report::new(
        format!(
            "`{}` sends spans to `{}`, but {but}",
            service.label(),
            settings.shown(),
        ),
        aim::source_proof(service, settings),
        remedy,
    );
    let fields = [
        (container.name.as_str(), own.as_slice()),
        (name, networks.as_slice()),
    ]
    .map(|(name, networks)| {
        let networks = match networks {
            [] => "none".to_owned(),
            networks => networks.join(", "),
        };
        let text = format!("networks: {networks}");
        Evidence::new(EvidenceKind::Container, name, text)
    });
    let names = nameless.map(|nameless| nameless.proof());
    let since = since(service, other, stack);
    fail(report.since(since).proof(fields).proof(names))
}

fn in_words(networks: &[&str]) -> String {
    match networks {
        [] => "no network".to_owned(),
        networks => format!("`{}`", networks.join("`, `")),
    }
}

/// Since one of the two moved by somebody's hand; since the creation where both are where they were created, else
/// nothing tells.
fn since(service: &Service<'_>, other: Option<&Container>, stack: &Stack<'_>) -> Option<Moment> {
    let both = || [Some(service.container), other].into_iter().flatten();
    let moved = both()
        .filter_map(|container| {
            let event = stack.moves_of(container).last()?;
            let how = if event.kind == EngineEventKind::Connect {
                "joined a network"
            } else {
                "left a network"
            };
            let what = format!("`{}` {how}", container.display_name());
            Some(Moment::new(event.at, what))
        })
        .max_by_key(|moment| moment.at);
    let stands_as_created = || both().all(is_on_its_first_network);
    moved.or_else(|| stands_as_created().then(|| aim::created(service)))
}

/// Whether a container is on the network that it was created on.
fn is_on_its_first_network(container: &Container) -> bool {
    let mode = container.network_mode.as_str();
    let is_network = !matches!(mode, "" | "default" | "bridge" | "none" | "host")
        && !mode.starts_with("container:");
    !is_network || container.attachments.iter().any(|own| own.network == mode)
}

/// A container on a network of the service's, where it has not the name that the service asks for: whoever is put back on
/// a network by hand has none of Compose's names there.
struct Nameless<'a> {
    other: &'a Container,
    attachment: &'a Attachment,
}

impl<'a> Nameless<'a> {
    fn of(other: &'a Container, container: &Container) -> Option<Self> {
        let is_shared = |theirs: &&Attachment| {
            let mut own = container.attachments.iter();
            own.any(|own| own.network == theirs.network)
        };
        let attachment = other.attachments.iter().find(is_shared)?;
        Some(Self { other, attachment })
    }

    /// The names besides those that Docker gives of itself.
    fn aliases(&self) -> impl Iterator<Item = &'a str> {
        let other = self.other;
        let names = self.attachment.names.iter().map(String::as_str);
        names.filter(|name| *name != other.name && !other.id.0.starts_with(name))
    }

    fn remedy(&self, host: &str) -> Remedy {
        let network = &self.attachment.network;
        let name = &self.other.name;
        let own = self.other.service.as_deref();
        let mut aliases = vec![host];
        for alias in own.into_iter().chain(self.aliases()) {
            if !aliases.contains(&alias) {
                aliases.push(alias);
            }
        }
        let aliases: Vec<String> = aliases
            .iter()
            .map(|alias| format!("--alias {alias}"))
            .collect();
        Remedy::run(
            format!(
                "give `{name}` the name `{host}` there: recreate it with Compose; at once, until then:"
            ),
            format!(
                "docker network disconnect {network} {name} && docker network connect {} {network} {name}",
                aliases.join(" ")
            ),
        )
    }

    fn proof(&self) -> Evidence {
        let text = format!(
            "names on {}: {}",
            self.attachment.network,
            self.attachment.names.join(", ")
        );
        Evidence::new(EvidenceKind::Container, &self.other.name, text)
    }
}

/// Puts a service and whom it asks for by `host` on one network: nobody can be put on the host's own or on none.
fn join(container: &Container, name: &str, host: &str, networks: &[&str]) -> Remedy {
    let can_be_joined = |network: &&&str| !matches!(**network, "host" | "none");
    let own: Vec<&str> = container
        .attachments
        .iter()
        .map(|own| own.network.as_str())
        .collect();
    let theirs = networks.iter().find(can_be_joined);
    let action = "put both on one network in the Compose file; at once, until the next recreate:";
    // By hand, Docker gives no name of Compose's, by which others ask for a container.
    match (theirs, own.iter().find(can_be_joined)) {
        (Some(network), own) => {
            let alias = match (own, container.service.as_deref()) {
                (None, Some(service)) => format!("--alias {service} "),
                (Some(_), _) | (None, None) => String::new(),
            };
            let command = format!("docker network connect {alias}{network} {}", container.name);
            Remedy::run(action, command)
        }
        (None, Some(network)) if networks.is_empty() => Remedy::run(
            action,
            format!("docker network connect --alias {host} {network} {name}"),
        ),
        (None, _) => Remedy::edit("put both on one network in the Compose file"),
    }
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
        snapshot::{Attachment, EngineEventKind, Network, Role, Snapshot},
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

    #[test]
    fn a_tempo_that_was_put_back_by_hand_has_lost_its_name() {
        let mut snapshot = fixtures::healthy();
        let tempo = snapshot.service_mut("tempo");
        let id = tempo.id.short().to_owned();
        tempo.attachments[0].names = vec![id, "shop_tempo_1".to_owned()];
        snapshot.failing("scraper", ErrorKind::DnsNoSuchHost);
        snapshot.failing("controller", ErrorKind::DnsNoSuchHost);
        snapshot.reported("tempo", 125, EngineEventKind::Disconnect);
        snapshot.reported("tempo", 124, EngineEventKind::Connect);
        let diagnosis = diagnose(&snapshot, &Policy::default());
        assert!(roots(&diagnosis).iter().all(|code| code == "PT0304"));
        let finding = &diagnosis.causes[0].finding;
        let words = "but `shop_tempo_1` is on `shop_default` without the name `tempo`";
        assert!(finding.message.ends_with(words), "{}", finding.message);
        assert_eq!(
            finding.remedy.command.as_deref(),
            Some(
                "docker network disconnect shop_default shop_tempo_1 && docker network connect --alias tempo shop_default shop_tempo_1"
            )
        );
        let since = finding.since.as_ref().unwrap();
        assert_eq!(since.what, "`tempo` joined a network");
    }

    #[test]
    fn a_tempo_in_another_s_network_is_no_stranger_s_tempo() {
        let mut snapshot = fixtures::healthy();
        let mut owner = snapshot.service_mut("tempo").clone();
        owner.id.0 = "f00d".to_owned();
        owner.name = "shop_gate_1".to_owned();
        owner.service = Some("gate".to_owned());
        owner.role = Role::Service;
        owner.attachments[0].names = vec!["gate".to_owned(), "shop_gate_1".to_owned()];
        snapshot.containers.push(owner);
        let tempo = snapshot.service_mut("tempo");
        tempo.attachments.clear();
        tempo.network_mode = "container:f00d".to_owned();
        let mut stranger = fixtures::elsewhere("bank_tempo_1", Role::Tempo, "bank_default");
        stranger.attachments[0].names.push("tempo".to_owned());
        snapshot.elsewhere.push(stranger);
        snapshot.failing("scraper", ErrorKind::DnsNoSuchHost);
        let diagnosis = diagnose(&snapshot, &Policy::default());
        assert!(roots(&diagnosis).iter().all(|code| code == "PT0303"));
        let remedy = &diagnosis.causes[0].finding.remedy.action;
        assert!(remedy.contains("TEMPO_ENDPOINT=gate:4317"), "{remedy}");
    }

    #[test]
    fn a_service_that_left_its_network_gets_back_the_name_by_which_others_call_it() {
        let mut snapshot = fixtures::healthy();
        snapshot.service_mut("scraper").attachments.clear();
        snapshot.failing("scraper", ErrorKind::DnsNoSuchHost);
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let finding = &diagnosis.causes[0].finding;
        assert_eq!(
            finding.remedy.command.as_deref(),
            Some("docker network connect --alias scraper shop_default shop_scraper_1")
        );
        // It was created on its network: since when it is not there, nothing tells but its spans.
        let since = finding.since.as_ref().map(|since| since.what.as_str());
        assert_eq!(since, Some("last span of scraper"));
        let fields: Vec<&str> = finding.evidence.iter().map(|it| it.text.as_str()).collect();
        assert!(fields.contains(&"networks: none"), "{fields:?}");
    }
}

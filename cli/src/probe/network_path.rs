//! The way from a service's own network to its endpoint: which way is tried, how far, and whose the addresses are.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use ptctl_diagnosis::{
    code::Code,
    export::{ExportSettings, Setting, proxy, variables},
    observed::Observed,
    snapshot::{
        Attachment, Container, ContainerId, Destination, Elsewhere, Ladder, LadderDepth, Network,
        NetworkPath, OtlpProtocol, Role,
    },
};

use super::{Look, exporter::exporter_of};
use crate::inside::NetworkTask;

/// The check of a name of which one address alone is broken.
pub(crate) const IN_PART: Code = Code::new(430);
/// The network that every engine has, and the driver whose gateways are the engine's host.
const BRIDGE: &str = "bridge";

/// Whose the addresses of an engine are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Owners {
    names: BTreeMap<IpAddr, String>,
    gateways: BTreeSet<IpAddr>,
    bridges: BTreeSet<String>,
}

impl Owners {
    /// The addresses of all containers, and those of the engine's host on their bridges: the gateway of a network of
    /// another kind is somebody else's router.
    pub(crate) fn of(
        containers: &[Container],
        elsewhere: &[Elsewhere],
        networks: &[Network],
    ) -> Self {
        let bridges = networks
            .iter()
            .filter(|network| network.driver == BRIDGE)
            .map(|network| network.name.clone())
            .chain([BRIDGE.to_owned()]);
        let mut owners = Self {
            bridges: bridges.collect(),
            ..Self::default()
        };
        let all = containers
            .iter()
            .map(|container| (&container.name, &container.attachments))
            .chain(
                elsewhere
                    .iter()
                    .map(|other| (&other.name, &other.attachments)),
            );
        for (name, attachments) in all {
            owners.add(name, attachments);
        }
        owners
    }

    fn add(&mut self, name: &str, attachments: &[Attachment]) {
        for attachment in attachments {
            if let Some(address) = attachment.address {
                self.names.insert(address, name.to_owned());
            }
            if self.bridges.contains(&attachment.network) {
                self.gateways.extend(attachment.gateway);
            }
        }
    }

    /// All of them.
    pub(crate) fn addresses(&self) -> Vec<IpAddr> {
        self.names.keys().chain(&self.gateways).copied().collect()
    }

    /// Says whose each address of a ladder is.
    fn name(&self, ladder: &mut Ladder) {
        for way in &mut ladder.ways {
            way.owner = self.names.get(&way.address).cloned().or_else(|| {
                self.gateways
                    .contains(&way.address)
                    .then(|| "the engine's host".to_owned())
            });
        }
    }

    /// The way of a container with the answer of those who tried it.
    pub(crate) fn path(
        &self,
        from: &Container,
        destination: Destination,
        ladder: Ladder,
    ) -> NetworkPath {
        self.path_from(from.id.clone(), destination, ladder)
    }

    /// The same by the container's id alone.
    pub(crate) fn path_from(
        &self,
        from: ContainerId,
        destination: Destination,
        mut ladder: Ladder,
    ) -> NetworkPath {
        self.name(&mut ladder);
        NetworkPath {
            from,
            destination,
            ladder: Observed::Known(ladder),
        }
    }
}

/// The way of a service.
pub(crate) enum ServiceWay {
    /// It is to be tried.
    ToTry(Box<NetworkTask>),
    /// Nobody else goes it.
    Untrodden {
        /// Where it leads.
        destination: Destination,
        /// Why, as a fragment.
        reason: String,
    },
}

/// Why nobody else goes the way of a service that a variable leads through a proxy.
pub(crate) fn behind_proxy(variable: &str) -> String {
    format!(
        "its `{variable}` names a proxy, through which its exports may go; only the way past it could be tried"
    )
}

/// The way of a service; `None` where it has no endpoint that can be read.
pub(crate) async fn way_of(
    look: &Look<'_>,
    container: &Container,
    owners: &Owners,
) -> Option<ServiceWay> {
    if container.role != Role::Service || sends_elsewhere(container).is_some() {
        return None;
    }
    let settings = ExportSettings::of(container);
    let settings = settings.known()?;
    let destination = destination(container, settings)?;
    if let Some(variable) = proxy::possible(container, settings) {
        return Some(ServiceWay::Untrodden {
            destination,
            reason: behind_proxy(variable),
        });
    }
    let depth = if look.hands.may_probe() {
        LadderDepth::Full
    } else {
        LadderDepth::Connect
    };
    let exporter = match depth {
        LadderDepth::Connect => Err("nothing is to be sent".to_owned()),
        // Without all of its settings it is still seen what listens there.
        LadderDepth::Full => exporter_of(look, container, settings).await,
    };
    Some(ServiceWay::ToTry(Box::new(NetworkTask {
        destination,
        depth,
        engine_addresses: owners.addresses(),
        beyond: look.hands.depth_beyond(),
        exporter,
    })))
}

/// By which a service says that its traces do not go by OTLP.
pub(crate) fn sends_elsewhere(container: &Container) -> Option<Setting<'_>> {
    Setting::of(container, variables::EXPORTER).filter(|exporters| {
        !exporters
            .items()
            .any(|exporter| exporter.starts_with("otlp"))
    })
}

/// Where a service sends, as far as its settings tell.
fn destination(container: &Container, settings: &ExportSettings) -> Option<Destination> {
    let endpoint = settings.endpoint.as_ref().ok()?;
    Some(Destination {
        host: endpoint.host.clone(),
        port: settings.port()?,
        protocol: settings.protocol,
        encryption: settings.encryption(container),
        path: match settings.protocol {
            Some(OtlpProtocol::Grpc) => None,
            Some(OtlpProtocol::Http) | None => settings.request_path(),
        },
    })
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::{fixtures, snapshot::Encryption};

    use super::*;

    fn destination_of(variables: &[(&str, &str)]) -> Destination {
        let mut snapshot = fixtures::healthy();
        for (name, value) in variables {
            snapshot.set_variable("scraper", name, value);
        }
        let container = snapshot.service_mut("scraper");
        let settings = ExportSettings::of(container);
        destination(container, settings.known().expect("settings")).expect("an endpoint")
    }

    #[test]
    fn our_library_sends_plaintext_grpc() {
        let destination = destination_of(&[("TEMPO_ENDPOINT", "tempo:4317")]);
        assert_eq!(destination.protocol, Some(OtlpProtocol::Grpc));
        assert_eq!(destination.encryption, Some(Encryption::Plaintext));
        assert_eq!((destination.port, destination.path), (4317, None));
    }

    #[test]
    fn an_address_is_named_by_who_has_it_and_the_gateway_is_the_host() {
        let snapshot = fixtures::healthy();
        let owners = Owners::of(&snapshot.containers, &snapshot.elsewhere, &bridge("bridge"));
        let mut path = fixtures::network_path(&snapshot, "scraper");
        let mut host = path.ladder_mut().ways[0].clone();
        host.address = IpAddr::from([172, 20, 0, 1]);
        path.ladder_mut().ways.push(host);
        owners.name(path.ladder_mut());
        let names: Vec<_> = path
            .ladder_mut()
            .ways
            .iter()
            .map(|way| way.owner.as_deref())
            .collect();
        assert_eq!(names, [Some("shop_tempo_1"), Some("the engine's host")]);
    }

    fn bridge(driver: &str) -> Vec<Network> {
        vec![Network {
            id: "n1".to_owned(),
            name: "shop_default".to_owned(),
            driver: driver.to_owned(),
        }]
    }

    #[test]
    fn the_router_of_a_network_that_is_no_bridge_is_outside_of_the_engine() {
        let snapshot = fixtures::healthy();
        let gateway = IpAddr::from([172, 20, 0, 1]);
        let addresses =
            |driver: &str| Owners::of(&snapshot.containers, &[], &bridge(driver)).addresses();
        assert!(addresses("bridge").contains(&gateway));
        assert!(!addresses("macvlan").contains(&gateway));
        let unknown = Owners::of(&snapshot.containers, &[], &[]).addresses();
        assert!(!unknown.contains(&gateway) && !unknown.is_empty());
    }
}

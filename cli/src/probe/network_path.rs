//! The way from a service's own network to its endpoint: which way is tried, how far, and whose the addresses are.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use ptctl_diagnosis::{
    code::Code,
    export::{EndpointSource, ExportSettings, Library, Scheme, Setting, variables},
    observed::Observed,
    snapshot::{
        Attachment, Container, ContainerId, Destination, Elsewhere, Encryption, Ladder,
        LadderDepth, NetworkPath, OtlpProtocol, Role,
    },
};

use super::{Look, exporter::exporter_of};
use crate::inside::NetworkTask;

/// The check of a name of which one address alone is broken.
pub(crate) const IN_PART: Code = Code::new(430);
/// The one variable whose URL is the whole address of the traces.
const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
/// What is added to any other URL.
const TRACES_PATH: &str = "/v1/traces";

/// Whose the addresses of an engine are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Owners {
    names: BTreeMap<IpAddr, String>,
    gateways: BTreeSet<IpAddr>,
}

impl Owners {
    /// The addresses of all containers, and those of the engine's host on their networks.
    pub(crate) fn of(containers: &[Container], elsewhere: &[Elsewhere]) -> Self {
        let mut owners = Self::default();
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
            self.gateways.extend(attachment.gateway);
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

/// The way of a service that is to be tried; `None` where it has no endpoint that can be read.
pub(crate) async fn task_of(
    look: &Look<'_>,
    container: &Container,
    owners: &Owners,
) -> Option<NetworkTask> {
    if container.role != Role::Service || sends_elsewhere(container) {
        return None;
    }
    let settings = ExportSettings::of(container);
    let settings = settings.known()?;
    let destination = destination(container, settings)?;
    let depth = if look.hands.may_probe() {
        LadderDepth::Full
    } else {
        LadderDepth::Connect
    };
    let exporter = match depth {
        LadderDepth::Connect => None,
        // Without all of its settings it is still seen what listens there.
        LadderDepth::Full => exporter_of(look, container, settings).await.ok(),
    };
    Some(NetworkTask {
        destination,
        depth,
        engine_addresses: owners.addresses(),
        beyond: look.hands.depth_beyond(),
        exporter,
    })
}

/// Whether a service says that its traces do not go by OTLP.
fn sends_elsewhere(container: &Container) -> bool {
    Setting::of(container, variables::EXPORTER).is_some_and(|exporters| {
        !exporters
            .items()
            .any(|exporter| exporter.starts_with("otlp"))
    })
}

/// Where a service sends, as far as its settings tell.
fn destination(container: &Container, settings: &ExportSettings) -> Option<Destination> {
    let endpoint = settings.endpoint.as_ref().ok()?;
    let insecure = || {
        Setting::first(container, &variables::INSECURE)
            .is_some_and(|setting| setting.bare().eq_ignore_ascii_case("true"))
    };
    let encryption = match endpoint.scheme {
        Some(Scheme::Http) => Some(Encryption::Plaintext),
        Some(Scheme::Https) => Some(Encryption::Tls),
        None if settings.library == Library::Ours || insecure() => Some(Encryption::Plaintext),
        // SDKs differ in what they take a missing scheme for.
        None => None,
    };
    let is_whole = matches!(
        &settings.source,
        EndpointSource::Variable { name, .. } if name == TRACES_ENDPOINT
    );
    let path = match (settings.protocol, endpoint.path.as_str()) {
        (Some(OtlpProtocol::Grpc), _) => None,
        (_, "") if is_whole => Some("/".to_owned()),
        (_, "") => Some(TRACES_PATH.to_owned()),
        (_, path) if is_whole => Some(format!("/{path}")),
        (_, path) => Some(format!("/{path}{TRACES_PATH}")),
    };
    Some(Destination {
        host: endpoint.host.clone(),
        port: settings.port()?,
        protocol: settings.protocol,
        encryption,
        path,
    })
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::fixtures;

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
    fn the_path_is_that_of_the_requests() {
        for (name, value, path) in [
            (
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://tempo:4318",
                "/v1/traces",
            ),
            (
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://tempo:4318/v1/traces",
                "/v1/traces/v1/traces",
            ),
            (
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                "http://tempo:4318",
                "/",
            ),
            (
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                "https://tempo:4318/otlp",
                "/otlp",
            ),
        ] {
            let destination = destination_of(&[(name, value)]);
            assert_eq!(destination.path.as_deref(), Some(path), "{value}");
        }
    }

    #[test]
    fn an_address_is_named_by_who_has_it_and_the_gateway_is_the_host() {
        let snapshot = fixtures::healthy();
        let owners = Owners::of(&snapshot.containers, &snapshot.elsewhere);
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
}

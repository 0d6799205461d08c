//! Whom an endpoint reaches, by the names that Docker's DNS answers to on the networks that both sides share.

mod by_name;

use std::net::IpAddr;

use self::by_name::by_name;
use super::{Endpoint, ExportSettings};
use crate::snapshot::{Attachment, Container, Role, Snapshot};

/// Whom an endpoint reaches.
#[derive(Debug, Clone, PartialEq)]
pub enum Target<'s> {
    /// A container of this engine, at this port of it.
    Container {
        /// The container.
        container: &'s Container,
        /// The port in that container; `None` where the settings do not tell it.
        port: Option<u16>,
    },
    /// The service's own loopback, where nothing of tracing listens.
    OwnLoopback,
    /// A port of the engine's host that no container publishes.
    HostPort,
    /// A name or an address that exists on this engine, on no network that both share.
    NotShared {
        /// The container that has it.
        name: &'s str,
        /// The networks that it is on.
        networks: Vec<&'s str>,
    },
    /// A name that nothing on this engine has.
    Nobody,
    /// Somewhere outside this engine: not checked from here.
    Outside,
}

/// Names by which containers reach the engine's host.
const HOST_NAMES: [&str; 2] = ["host.docker.internal", "gateway.docker.internal"];

impl<'s> Target<'s> {
    /// Whom `container` reaches by `settings`; `None` where the endpoint could not be read.
    pub fn of(
        container: &'s Container,
        settings: &ExportSettings,
        snapshot: &'s Snapshot,
    ) -> Option<Self> {
        let endpoint = settings.endpoint.as_ref().ok()?;
        Some(Self::at(container, endpoint, settings.port(), snapshot))
    }

    /// Whom `container` reaches at an endpoint.
    pub fn at(
        container: &'s Container,
        endpoint: &Endpoint,
        port: Option<u16>,
        snapshot: &'s Snapshot,
    ) -> Self {
        if endpoint.is_loopback() {
            return loopback(container, port, snapshot);
        }
        let address = endpoint
            .host
            .parse::<IpAddr>()
            .ok()
            .or_else(|| extra_host(container, &endpoint.host));
        if address.is_some_and(|ip| ip.is_loopback() || ip.is_unspecified()) {
            return loopback(container, port, snapshot);
        }
        if HOST_NAMES.contains(&endpoint.host.as_str())
            || is_host_gateway(container, &endpoint.host)
            || address.is_some_and(|ip| is_gateway(container, ip))
        {
            return published(port, snapshot);
        }
        if let Some(address) = address {
            return by_address(container, address, port, snapshot);
        }
        if container.network_mode == "host" {
            return Self::Outside;
        }
        by_name(container, endpoint, port, snapshot)
    }
}

fn loopback<'s>(container: &'s Container, port: Option<u16>, snapshot: &'s Snapshot) -> Target<'s> {
    if container.network_mode == "host" {
        return published(port, snapshot);
    }
    // `container:<id>` and a sidecar that lives in this container's namespace share one loopback.
    let own_namespace = namespace_owner(container);
    let neighbour = snapshot.containers.iter().find(|other| {
        other.id != container.id
            && other.role != Role::Service
            && namespace_owner(other) == own_namespace
    });
    match neighbour {
        Some(other) => Target::Container {
            container: other,
            port,
        },
        None => Target::OwnLoopback,
    }
}

fn namespace_owner(container: &Container) -> &str {
    container
        .network_mode
        .strip_prefix("container:")
        .unwrap_or(&container.id.0)
}

fn published(port: Option<u16>, snapshot: &Snapshot) -> Target<'_> {
    let Some(port) = port else {
        return Target::HostPort;
    };
    let publisher = snapshot.containers.iter().find_map(|container| {
        container
            .published_ports
            .iter()
            .find(|published| published.host_port == port)
            .map(|published| (container, published.container_port))
    });
    match publisher {
        Some((container, port)) => Target::Container {
            container,
            port: Some(port),
        },
        None => Target::HostPort,
    }
}

/// Whether `extra_hosts` maps a name to the engine's host: the engine keeps the word as it was written.
fn is_host_gateway(container: &Container, host: &str) -> bool {
    extra_hosts(container, host).any(|address| address == "host-gateway")
}

/// The address that `extra_hosts` gives to a name; a program that gets several tries each, so that one of them that is not
/// the loopback decides.
fn extra_host(container: &Container, host: &str) -> Option<IpAddr> {
    let addresses = || {
        extra_hosts(container, host)
            .filter_map(|address| address.trim_matches(['[', ']']).parse::<IpAddr>().ok())
    };
    addresses()
        .find(|address| !address.is_loopback() && !address.is_unspecified())
        .or_else(|| addresses().next())
}

/// What `extra_hosts` gives to a name, as it is written: `name:address` or `name=address`.
fn extra_hosts<'c>(container: &'c Container, host: &str) -> impl Iterator<Item = &'c str> {
    container
        .extra_hosts
        .iter()
        .filter_map(|entry| entry.split_once([':', '=']))
        .filter(move |(name, _)| name.eq_ignore_ascii_case(host))
        .map(|(_, address)| address)
}

fn is_gateway(container: &Container, address: IpAddr) -> bool {
    container
        .attachments
        .iter()
        .any(|attachment| attachment.gateway == Some(address))
}

fn by_address<'s>(
    container: &Container,
    address: IpAddr,
    port: Option<u16>,
    snapshot: &'s Snapshot,
) -> Target<'s> {
    let has = |attachment: &&Attachment| attachment.address == Some(address);
    let of_stack = snapshot
        .containers
        .iter()
        .find_map(|other| Some((other, other.attachments.iter().find(has)?)));
    if let Some((other, attachment)) = of_stack {
        if is_apart(container, attachment, snapshot) {
            return Target::NotShared {
                name: &other.name,
                networks: vec![&attachment.network],
            };
        }
        return Target::Container {
            container: other,
            port,
        };
    }
    let other = snapshot
        .elsewhere
        .iter()
        .find_map(|other| Some((other, other.attachments.iter().find(has)?)));
    match other {
        Some((other, attachment)) if is_apart(container, attachment, snapshot) => {
            Target::NotShared {
                name: &other.name,
                networks: vec![&attachment.network],
            }
        }
        Some(_) | None => Target::Outside,
    }
}

/// Whether no packet of a container gets to an address on another network: the engine keeps bridges apart. Other drivers
/// may route between networks, and the host's own programs reach every bridge.
fn is_apart(container: &Container, theirs: &Attachment, snapshot: &Snapshot) -> bool {
    let shares = container
        .attachments
        .iter()
        .any(|own| own.network == theirs.network);
    let is_bridge = |network: &str| match snapshot.networks.known() {
        Some(networks) => networks
            .iter()
            .find(|known| known.name == network)
            .is_none_or(|known| known.driver == "bridge"),
        None => true,
    };
    !shares
        && container.network_mode != "host"
        && !container.network_mode.starts_with("container:")
        && !container.attachments.is_empty()
        && is_bridge(&theirs.network)
        && container
            .attachments
            .iter()
            .all(|own| is_bridge(&own.network))
}

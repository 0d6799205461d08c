//! The ways from here to a port of a container.

use std::net::IpAddr;

use ptctl_diagnosis::snapshot::{Container, Reached};

use crate::context::{EngineEndpoint, bracketed};

/// Whether addresses of containers can be reached from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddressReach {
    /// They are on a network of this machine.
    Here,
    /// The engine's socket is here, and this may be a container or another machine than the engine's: they are tried,
    /// and silence proves nothing.
    Perhaps,
    /// They are in a virtual machine, in another network namespace or on another host.
    Away,
}

/// Whether the disks of the engine's host can be read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiskReach {
    /// They are this machine's.
    Here,
    /// They are another machine's, which may have the same paths.
    Away,
}

/// The ways to a TCP port of a running container, best first: published, then the container's own address.
pub(crate) fn ways(
    container: &Container,
    port: u16,
    engine: &EngineEndpoint,
    addresses: AddressReach,
) -> Vec<Reached> {
    let mut ways: Vec<Reached> = container
        .published_ports
        .iter()
        .filter(|published| published.container_port == port)
        .filter_map(|published| {
            let host = published_host(&published.host_address, engine)?;
            Some(Reached::PublishedPort(base(&host, published.host_port)))
        })
        .collect();
    if addresses != AddressReach::Away {
        if container.network_mode == "host" {
            ways.push(Reached::ContainerAddress(base("127.0.0.1", port)));
        }
        ways.extend(
            container
                .attachments
                .iter()
                .filter_map(|attachment| attachment.address)
                .map(|address| Reached::ContainerAddress(base(&address.to_string(), port))),
        );
    }
    let mut seen = std::collections::BTreeSet::new();
    ways.retain(|way| seen.insert(way.url().to_owned()));
    ways
}

/// The host by which an address on the engine's host is reached; `None` for its loopback where that is another host.
fn published_host(address: &str, engine: &EngineEndpoint) -> Option<String> {
    let host = engine.published_host();
    match address.parse::<IpAddr>() {
        Ok(address) if address.is_unspecified() => Some(host.to_owned()),
        Ok(address) if address.is_loopback() => match engine {
            EngineEndpoint::Unix(_) => Some(address.to_string()),
            EngineEndpoint::Tcp { .. }
            | EngineEndpoint::Tls { .. }
            | EngineEndpoint::Ssh { .. } => {
                engine.is_on_this_machine().then(|| address.to_string())
            }
        },
        Ok(address) => Some(address.to_string()),
        Err(_) => Some(host.to_owned()),
    }
}

/// Whether silence on a way proves that nobody answers there.
pub(crate) fn is_telling(way: &Reached, addresses: AddressReach) -> bool {
    !(matches!(way, Reached::ContainerAddress(_)) && addresses == AddressReach::Perhaps)
}

fn base(host: &str, port: u16) -> String {
    format!("http://{}:{port}", bracketed(host))
}

//! The networks of a container, and the names and ports that it has there.

use std::{collections::HashMap, net::IpAddr};

use bollard::models::{ContainerConfig, EndpointSettings, PortMap};
use ptctl_diagnosis::snapshot::{Attachment, Link, PublishedPort, Status};

pub(super) fn attachments(
    container: &str,
    networks: HashMap<String, EndpointSettings>,
) -> Vec<Attachment> {
    let address = |text: Option<String>| text.and_then(|text| text.parse::<IpAddr>().ok());
    let mut attachments: Vec<Attachment> = networks
        .into_iter()
        .map(|(network, settings)| {
            let mut names = vec![container.to_owned()];
            // Since API 1.44 `DNSNames` is complete; before, `Aliases` was.
            let more = settings
                .aliases
                .into_iter()
                .chain(settings.dns_names)
                .flatten();
            for name in more {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            Attachment {
                network_id: settings.network_id.unwrap_or_default(),
                network,
                names,
                address: address(settings.ip_address).or(address(settings.global_ipv6_address)),
                gateway: address(settings.gateway).or(address(settings.ipv6_gateway)),
            }
        })
        .collect();
    attachments.sort_by(|left, right| left.network.cmp(&right.network));
    attachments
}

/// `/shop_tempo_1:/shop_web_1/tempo`: the container, and the name that the other one gives it.
pub(super) fn links(links: &[String]) -> Vec<Link> {
    links
        .iter()
        .filter_map(|link| {
            let (container, own) = link.split_once(':')?;
            let alias = own.rsplit_once('/').map_or(own, |(_, alias)| alias);
            Some(Link {
                container: container.trim_start_matches('/').to_owned(),
                alias: alias.to_owned(),
            })
        })
        .collect()
}

/// The port of `8080/tcp`; other protocols carry no OTLP and no HTTP.
fn tcp_port(text: &str) -> Option<u16> {
    match text.split_once('/') {
        Some((port, "tcp")) => port.parse().ok(),
        Some(_) => None,
        None => text.parse().ok(),
    }
}

pub(super) fn exposed_ports(config: &ContainerConfig) -> Vec<u16> {
    let mut ports: Vec<u16> = config
        .exposed_ports
        .iter()
        .flatten()
        .filter_map(|port| tcp_port(port))
        .collect();
    ports.sort_unstable();
    ports
}

/// What the network serves, or for a container that does not run what it would be given.
pub(super) fn published_ports(
    status: Status,
    served: Option<PortMap>,
    asked: Option<PortMap>,
) -> Vec<PublishedPort> {
    let map = if status.is_running() { served } else { asked };
    let mut ports: Vec<PublishedPort> = map
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(port, bindings)| Some((tcp_port(&port)?, bindings?)))
        .flat_map(|(container_port, bindings)| {
            bindings.into_iter().filter_map(move |binding| {
                Some(PublishedPort {
                    host_address: binding
                        .host_ip
                        .filter(|address| !address.is_empty())
                        .unwrap_or_else(|| "0.0.0.0".to_owned()),
                    host_port: binding.host_port?.parse().ok()?,
                    container_port,
                })
            })
        })
        .collect();
    ports.sort_by(|left, right| {
        (left.container_port, &left.host_address).cmp(&(right.container_port, &right.host_address))
    });
    ports
}

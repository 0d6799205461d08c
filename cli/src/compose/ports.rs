//! `ports` and `expose` of a service; only TCP carries OTLP.

use ptctl_diagnosis::snapshot::{Certainty, ComposePort, ComposePorts, HostPort};

use super::{interpolate::Filled, tree::Tree, variables::Variables};

/// No list of ports that somebody writes is longer.
const MOST_PORTS: u16 = 1_024;

/// The ports that a service publishes; `None` where one of them cannot be read.
pub(super) fn published(service: &Tree, variables: &Variables) -> Option<ComposePorts> {
    let Some(tree) = service.get("ports") else {
        return Some(ComposePorts {
            ports: Vec::new(),
            location: service.location.clone(),
        });
    };
    let mut ports = Vec::new();
    for item in tree.items() {
        let (texts, certainty) = texts(item, variables)?;
        for (host_address, host, container_port) in ports_of(&texts)? {
            ports.push(ComposePort {
                host_address: host_address.clone(),
                host,
                container_port: Some(container_port),
                certainty,
                location: item.location.clone(),
            });
        }
    }
    Some(ComposePorts {
        ports,
        location: tree.location.clone(),
    })
}

/// The TCP ports of `expose`; those that cannot be read are left out.
pub(super) fn exposed(service: &Tree, variables: &Variables) -> Vec<u16> {
    service
        .get("expose")
        .map_or(&[][..], Tree::items)
        .iter()
        .filter_map(|item| {
            let filled = Filled::of(item.text()?, variables);
            let text = filled.value()?;
            let port = text.strip_suffix("/tcp").unwrap_or(text);
            port.parse().ok()
        })
        .collect()
}

/// The parts of a port: address, port of the host, port of the container, protocol.
#[derive(Debug, PartialEq, Eq)]
struct Texts {
    address: Option<String>,
    host: Option<String>,
    container: String,
    protocol: String,
}

fn texts(item: &Tree, variables: &Variables) -> Option<(Texts, Certainty)> {
    let certainty = |has_holes| {
        if has_holes {
            Certainty::ShellMayDecide
        } else {
            Certainty::Written
        }
    };
    if let Some(text) = item.text() {
        let filled = Filled::of(text, variables);
        return Some((short(filled.value()?), certainty(filled.has_holes())));
    }
    let part = |name: &str| {
        item.get(name)?
            .text()
            .map(|text| Filled::of(text, variables))
    };
    let (target, host, address) = (part("target")?, part("published"), part("host_ip"));
    let all = [Some(&target), host.as_ref(), address.as_ref()];
    let has_holes = all.into_iter().flatten().any(Filled::has_holes);
    let text = |filled: Option<&Filled>| match filled {
        Some(filled) => filled.value().map(|value| Some(value.to_owned())),
        None => Some(None),
    };
    let texts = Texts {
        address: text(address.as_ref())?,
        host: text(host.as_ref())?,
        container: target.value()?.to_owned(),
        protocol: item
            .get("protocol")
            .and_then(Tree::text)
            .unwrap_or("tcp")
            .to_owned(),
    };
    Some((texts, certainty(has_holes)))
}

/// `[[address:]host:]container[/protocol]`, the address perhaps an IPv6 one in brackets.
fn short(text: &str) -> Texts {
    let (text, protocol) = text.rsplit_once('/').unwrap_or((text, "tcp"));
    let (rest, container) = match text.rsplit_once(':') {
        Some((rest, container)) => (Some(rest), container),
        None => (None, text),
    };
    let (address, host) = match rest {
        None => (None, None),
        Some(rest) => match rest.rsplit_once(':') {
            Some((address, host)) => (Some(address), Some(host)),
            None => (None, Some(rest)),
        },
    };
    Texts {
        address: address.map(|address| address.trim_matches(['[', ']']).to_owned()),
        host: host.filter(|host| !host.is_empty()).map(str::to_owned),
        container: container.to_owned(),
        protocol: protocol.to_owned(),
    }
}

fn ports_of(texts: &Texts) -> Option<Vec<(Option<String>, HostPort, u16)>> {
    if texts.protocol != "tcp" {
        return Some(Vec::new());
    }
    let (first, last) = range(&texts.container)?;
    let count = last.checked_sub(first)?;
    if count >= MOST_PORTS {
        return None;
    }
    let host = texts
        .host
        .as_deref()
        .map(range)
        .map_or(Some(None), |host| host.map(Some))?;
    let address = texts.address.clone().filter(|address| !address.is_empty());
    (first..=last)
        .map(|container| {
            let host = match host {
                None | Some((0, 0)) => HostPort::Any,
                Some((from, to)) if to.checked_sub(from)? == count => {
                    HostPort::One(from.checked_add(container - first)?)
                }
                Some((from, to)) => HostPort::Range(from, to),
            };
            Some((address.clone(), host, container))
        })
        .collect()
}

fn range(text: &str) -> Option<(u16, u16)> {
    match text.split_once('-') {
        Some((from, to)) => Some((from.trim().parse().ok()?, to.trim().parse().ok()?)),
        None => {
            let port = text.trim().parse().ok()?;
            Some((port, port))
        }
    }
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::document::Document;

    use super::*;

    fn ports(list: &str) -> Option<Vec<String>> {
        let document = Document::read("c.yml", &format!("ports: {list}\n")).unwrap();
        let ports = published(&Tree::of(&document), &Variables::read(".env", "P=99\n"))?;
        let shown = |port: &ComposePort| {
            let address = port.host_address.as_deref().unwrap_or("*");
            let container = port.container_port.unwrap_or_default();
            format!("{address} {:?} {container} {:?}", port.host, port.certainty)
        };
        Some(ports.ports.iter().map(shown).collect())
    }

    #[test]
    fn short_and_long_forms_and_ranges_are_read() {
        for (list, expected) in [
            ("['8080']", &["* Any 8080 Written"][..]),
            ("[8080]", &["* Any 8080 Written"]),
            ("['80:8080']", &["* One(80) 8080 Written"]),
            (
                "['127.0.0.1:80:8080/tcp']",
                &["127.0.0.1 One(80) 8080 Written"],
            ),
            ("['127.0.0.1::8080']", &["127.0.0.1 Any 8080 Written"]),
            ("['[::1]:80:8080']", &["::1 One(80) 8080 Written"]),
            ("['53:53/udp']", &[]),
            ("['${P:-1}:8080']", &["* One(99) 8080 ShellMayDecide"]),
            (
                "['9000-9001:80-81']",
                &["* One(9000) 80 Written", "* One(9001) 81 Written"],
            ),
            ("['9000-9005:80']", &["* Range(9000, 9005) 80 Written"]),
            (
                "[{target: 80, published: '8080', host_ip: 127.0.0.1, mode: host}]",
                &["127.0.0.1 One(8080) 80 Written"],
            ),
            ("[{target: 80, protocol: udp}]", &[]),
        ] {
            assert_eq!(ports(list).unwrap(), expected, "{list}");
        }
        for unknown in [
            "['${NONE}:80']",
            "['http:80']",
            "['1-65000:1-65000']",
            "['9-1:9-1']",
        ] {
            assert_eq!(ports(unknown), None, "{unknown}");
        }
    }
}

//! Drift of the published ports.

use super::{Comparison, Difference, Field};
use crate::snapshot::{
    Certainty, ComposeNetworking, ComposePort, ComposePorts, HostPort, PublishedPort,
};

pub(super) fn compare(comparison: &Comparison<'_>, differences: &mut Vec<Difference>) {
    let Some(written) = &comparison.service.ports else {
        return;
    };
    let container = comparison.container;
    let has_ports = match &comparison.service.network {
        ComposeNetworking::Mode(_) => false,
        ComposeNetworking::Networks(_) => {
            // Without a network nothing is served, whatever was asked for.
            !container.is_running()
                || container
                    .attachments
                    .iter()
                    .any(|one| one.address.is_some())
        }
    };
    let Some(changed_at) = comparison
        .written_since(&written.location)
        .filter(|_| has_ports)
    else {
        return;
    };
    let running = &container.published_ports;
    let shown = || {
        let ports: Vec<String> = running.iter().map(running_port).collect();
        if ports.is_empty() {
            "none".to_owned()
        } else {
            ports.join(", ")
        }
    };
    let missing = written
        .ports
        .iter()
        .find(|port| running.iter().all(|running| !may_serve(port, running)));
    if let Some(port) = missing {
        if port.certainty == Certainty::Written {
            differences.push(Difference {
                field: Field::Ports,
                written: written_port(port),
                running: shown(),
                location: port.location.clone(),
                changed_at,
            });
        }
        return;
    }
    let extra = running
        .iter()
        .find(|running| !is_asked_for(written, running));
    if let Some(extra) = extra {
        differences.push(Difference {
            field: Field::Ports,
            written: format!("nothing for {}", running_port(extra)),
            running: shown(),
            location: written.location.clone(),
            changed_at,
        });
    }
}

fn is_asked_for(written: &ComposePorts, running: &PublishedPort) -> bool {
    written.ports.iter().any(|port| may_serve(port, running))
}

/// Whether a published port may be this one of the files.
fn may_serve(port: &ComposePort, running: &PublishedPort) -> bool {
    if port.container_port != Some(running.container_port) {
        return false;
    }
    if port.certainty == Certainty::ShellMayDecide {
        return true;
    }
    let every_address = ["0.0.0.0", "::"];
    let same_address = port.host_address.as_ref().is_none_or(|address| {
        *address == running.host_address
            || (every_address.contains(&address.as_str())
                && every_address.contains(&running.host_address.as_str()))
    });
    same_address
        && match port.host {
            HostPort::Any => true,
            HostPort::One(host) => host == running.host_port,
            HostPort::Range(from, to) => (from..=to).contains(&running.host_port),
        }
}

fn running_port(port: &PublishedPort) -> String {
    format!(
        "{}:{}->{}",
        port.host_address, port.host_port, port.container_port
    )
}

fn written_port(port: &ComposePort) -> String {
    let address = port.host_address.as_deref().unwrap_or("0.0.0.0");
    let host = match port.host {
        HostPort::Any => "any".to_owned(),
        HostPort::One(host) => host.to_string(),
        HostPort::Range(from, to) => format!("{from}-{to}"),
    };
    let container = port.container_port.unwrap_or_default();
    format!("{address}:{host}->{container}")
}

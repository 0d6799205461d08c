//! The containers of a stack, and the backends of other projects that belong to it.

use std::collections::BTreeSet;

use ptctl_diagnosis::{
    export::{Endpoint, ExportSettings},
    snapshot::{ComposeProject, Container, Elsewhere, Role},
};

use super::choice::{ChosenStack, is_traced};

/// An engine's containers, divided.
#[derive(Debug, Clone, PartialEq)]
pub struct Members {
    /// Those that the look is about.
    pub inside: Vec<Container>,
    /// The others, by name only.
    pub elsewhere: Vec<Elsewhere>,
}

/// The networks that every engine has; being on one of them together means nothing.
const DEFAULT_NETWORKS: [&str; 3] = ["bridge", "host", "none"];

/// Whether a network is one that every engine has.
pub fn is_default_network(name: &str) -> bool {
    DEFAULT_NETWORKS.contains(&name)
}

/// Divides the containers of an engine into those of the chosen stack and the others.
///
/// A name that the stack's own files give to a service means that one, also where it was never created.
pub fn members(
    stack: &ChosenStack,
    files: Option<&ComposeProject>,
    containers: Vec<Container>,
) -> Members {
    let is_own_service = |own: &Container, host: &str| {
        own.project.is_some()
            && own.project == stack.project
            && files.is_some_and(|files| files.service(host).is_some())
    };
    let mut is_inside: Vec<bool> = containers
        .iter()
        .map(|container| is_own(stack, container))
        .collect();
    let endpoints: Vec<(&Container, Endpoint)> = containers
        .iter()
        .zip(&is_inside)
        .filter(|(_, inside)| **inside)
        .filter_map(|(container, _)| {
            let settings = ExportSettings::of(container);
            Some((container, settings.known()?.endpoint.clone().ok()?))
        })
        // A name that is answered at home never means its namesake in another project.
        .filter(|(own, endpoint)| {
            !is_own_service(own, &endpoint.host) && !is_answered_at_home(endpoint, own, &containers)
        })
        .collect();
    // First the receivers that the services can reach or name, then what looks at those receivers.
    let mut networks = networks_of(stack, &containers, &is_inside);
    for (container, inside) in containers.iter().zip(&mut is_inside) {
        let receives = matches!(container.role, Role::Tempo | Role::Collector);
        let loose = container.project.is_none() && is_traced(container);
        *inside |= (receives || loose) && shares(container, &networks)
            || receives
                && endpoints
                    .iter()
                    .any(|(own, endpoint)| names(endpoint, own, container));
    }
    networks = networks_of(stack, &containers, &is_inside);
    for (container, inside) in containers.iter().zip(&mut is_inside) {
        *inside |= container.role != Role::Service && shares(container, &networks);
    }
    let mut divided = Members {
        inside: Vec::new(),
        elsewhere: Vec::new(),
    };
    for (container, inside) in containers.into_iter().zip(is_inside) {
        if inside {
            divided.inside.push(container);
        } else {
            divided.elsewhere.push(elsewhere(container));
        }
    }
    divided.inside.sort_by(|left, right| {
        (left.role, left.display_name(), &left.name).cmp(&(
            right.role,
            right.display_name(),
            &right.name,
        ))
    });
    divided
        .elsewhere
        .sort_by(|left, right| left.name.cmp(&right.name));
    divided
}

fn is_own(stack: &ChosenStack, container: &Container) -> bool {
    match &stack.project {
        Some(project) => container.project.as_ref() == Some(project),
        None => {
            container.project.is_none() && (container.role != Role::Service || is_traced(container))
        }
    }
}

/// The names of the networks of the containers marked; a stack without Compose may live on the default one.
fn networks_of(stack: &ChosenStack, containers: &[Container], marked: &[bool]) -> BTreeSet<String> {
    containers
        .iter()
        .zip(marked)
        .filter(|(_, marked)| **marked)
        .flat_map(|(container, _)| &container.attachments)
        .map(|attachment| attachment.network.clone())
        .filter(|network| stack.project.is_none() || !is_default_network(network))
        .collect()
}

fn shares(container: &Container, networks: &BTreeSet<String>) -> bool {
    container
        .attachments
        .iter()
        .any(|attachment| networks.contains(&attachment.network))
}

/// Whether a container on a network of `own` or of its project answers to the host of its endpoint, running or not.
///
/// Of its project: the one that was forgotten on another network is meant, not its namesake in another project.
fn is_answered_at_home(endpoint: &Endpoint, own: &Container, containers: &[Container]) -> bool {
    let networks: BTreeSet<&str> = own
        .attachments
        .iter()
        .map(|attachment| attachment.network.as_str())
        .collect();
    let is_of_own_project =
        |container: &Container| own.project.is_some() && container.project == own.project;
    let answers = |container: &Container| {
        let near = container.attachments.iter().filter(|attachment| {
            is_of_own_project(container) || networks.contains(attachment.network.as_str())
        });
        near.flat_map(|attachment| &attachment.names)
            .any(|name| name.eq_ignore_ascii_case(&endpoint.host))
    };
    containers.iter().any(answers)
}

/// Whether an endpoint of `own` names `other`: by name, by address, or by a port that it publishes on the host.
fn names(endpoint: &Endpoint, own: &Container, other: &Container) -> bool {
    let host = endpoint.host.as_str();
    let address = host.parse().ok();
    let by_name = other.name.eq_ignore_ascii_case(host)
        || other.attachments.iter().any(|attachment| {
            (address.is_some() && attachment.address == address)
                || attachment
                    .names
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(host))
        });
    let means_host = endpoint.is_loopback() && own.network_mode == "host"
        || host == "host.docker.internal"
        || address.is_some()
            && own
                .attachments
                .iter()
                .any(|attachment| attachment.gateway == address);
    by_name
        || means_host
            && other
                .published_ports
                .iter()
                .any(|published| Some(published.host_port) == endpoint.port)
}

fn elsewhere(container: Container) -> Elsewhere {
    Elsewhere {
        name: container.name,
        project: container.project,
        role: container.role,
        status: container.state.status,
        attachments: container.attachments,
        published_ports: container.published_ports,
    }
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::fixtures;

    use super::*;

    fn chosen(project: &str) -> ChosenStack {
        ChosenStack {
            project: Some(project.to_owned()),
            chosen_by: "the test".to_owned(),
            other_projects: Vec::new(),
        }
    }

    /// The same stack once more, as another project on a network of its own.
    fn namesakes(containers: &[Container]) -> Vec<Container> {
        let mut twins = containers.to_vec();
        for twin in &mut twins {
            twin.id.0 = twin.id.0.replace('0', "1");
            twin.name = twin.name.replace("shop", "bank");
            twin.project = Some("bank".to_owned());
            for attachment in &mut twin.attachments {
                attachment.network = "bank_default".to_owned();
                attachment.address = None;
            }
        }
        twins
    }

    #[test]
    fn two_projects_with_services_of_the_same_names_stay_apart() {
        let own = fixtures::healthy().containers;
        let everything: Vec<Container> = own.iter().cloned().chain(namesakes(&own)).collect();
        let members = members(&chosen("shop"), None, everything);
        assert_eq!(members.inside.len(), own.len());
        assert!(
            members
                .inside
                .iter()
                .all(|container| container.project.as_deref() == Some("shop"))
        );
        assert_eq!(members.elsewhere.len(), own.len());
    }

    #[test]
    fn the_own_tempo_on_another_network_is_meant_rather_than_its_namesake() {
        let mut own = fixtures::healthy().containers;
        let namesakes = namesakes(&own);
        for service in own.iter_mut().filter(|own| own.role == Role::Service) {
            service.attachments[0].network = "shop_front".to_owned();
        }
        let count = own.len();
        let members = members(
            &chosen("shop"),
            None,
            own.into_iter().chain(namesakes).collect(),
        );
        assert_eq!(members.inside.len(), count);
        assert_eq!(members.elsewhere.len(), count);
    }

    #[test]
    fn a_tempo_of_another_project_belongs_when_nobody_at_home_has_the_name() {
        let own = fixtures::healthy().containers;
        let (tempo, services): (Vec<Container>, Vec<Container>) = namesakes(&own)
            .into_iter()
            .partition(|container| container.role == Role::Tempo);
        let shop = own
            .into_iter()
            .filter(|container| container.role != Role::Tempo);
        let everything: Vec<Container> = shop.chain(tempo).chain(services).collect();
        let meant_at_home = {
            let files = fixtures::healthy().compose;
            super::members(&chosen("shop"), files.known(), everything.clone())
        };
        let members = members(&chosen("shop"), None, everything);
        let tempos: Vec<_> = members
            .inside
            .iter()
            .filter(|container| container.role == Role::Tempo)
            .collect();
        assert_eq!(tempos.len(), 1);
        assert_eq!(tempos[0].project.as_deref(), Some("bank"));
        // By the stack's own files the name is a service of its own that was never created.
        let is_tempo = |container: &Container| container.role == Role::Tempo;
        assert!(!meant_at_home.inside.iter().any(is_tempo));
    }
}

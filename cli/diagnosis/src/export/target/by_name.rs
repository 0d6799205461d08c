//! Whom a name means: by Docker's DNS, by a link, or by the files of the stack.

use super::Target;
use crate::{
    export::Endpoint,
    snapshot::{Container, Snapshot},
};

/// Docker's default network, on which no container has a name.
const LEGACY: &str = "bridge";

/// Whom a container reaches by a name.
pub(super) fn by_name<'s>(
    container: &Container,
    endpoint: &Endpoint,
    port: Option<u16>,
    snapshot: &'s Snapshot,
) -> Target<'s> {
    let own_networks = |network: &str| {
        container
            .attachments
            .iter()
            .any(|own| own.network == network)
    };
    let answers = |other: &Container| {
        other.attachments.iter().any(|attachment| {
            own_networks(&attachment.network)
                // The legacy network `bridge` has no name resolution.
                && attachment.network != LEGACY
                && attachment.names.iter().any(|name| name.eq_ignore_ascii_case(&endpoint.host))
        })
    };
    let mut found: Vec<&Container> = snapshot
        .containers
        .iter()
        .filter(|other| answers(other))
        .collect();
    // A stopped container keeps its names in the engine's description, but only a running one answers.
    found.sort_by_key(|other| (!other.is_running(), other.name.clone()));
    // A link is an entry of the container's own hosts file, which is asked before any name server.
    let linked = container.links.iter().find_map(|link| {
        let is_meant = link.alias.eq_ignore_ascii_case(&endpoint.host);
        snapshot
            .containers
            .iter()
            .find(|other| is_meant && other.name == link.container)
    });
    if let Some(linked) = linked {
        found.insert(0, linked);
    }
    if let Some(container) = found.first() {
        return Target::Container { container, port };
    }
    if let Some(target) = not_shared(container, &endpoint.host, snapshot) {
        return target;
    }
    // A name with a dot is the network's own affair; a single label is answered by Docker's DNS or by nobody.
    if endpoint.host.contains('.') {
        Target::Outside
    } else {
        Target::Nobody
    }
}

fn not_shared<'s>(container: &Container, host: &str, snapshot: &'s Snapshot) -> Option<Target<'s>> {
    let namesake = namesake_in_project(container, host, snapshot);
    // Whoever lives in another's network has no name of its own there, and no namesake elsewhere is meant.
    if is_own_and_absent(container, host, snapshot) || namesake.is_some_and(lives_with_another) {
        return None;
    }
    let has_name = |other: &&Container| {
        let names = other
            .attachments
            .iter()
            .flat_map(|attachment| &attachment.names);
        let has_alias = names
            .into_iter()
            .any(|name| name.eq_ignore_ascii_case(host));
        has_alias || (other.name == host && !lives_with_another(other))
    };
    let of_stack = namesake.or_else(|| snapshot.containers.iter().find(has_name));
    if let Some(other) = of_stack {
        return Some(Target::NotShared {
            name: &other.name,
            networks: other
                .attachments
                .iter()
                .map(|attachment| attachment.network.as_str())
                .collect(),
        });
    }
    let other = snapshot
        .elsewhere
        .iter()
        .find(|other| other.answers_to(host))?;
    Some(Target::NotShared {
        name: &other.name,
        networks: other.networks().collect(),
    })
}

/// The running service of the container's own project that a name means, wherever it is: one that left its networks has
/// no names any more, and a namesake in another project is not meant.
fn namesake_in_project<'s>(
    container: &Container,
    host: &str,
    snapshot: &'s Snapshot,
) -> Option<&'s Container> {
    let is_namesake = |other: &&Container| {
        other.is_running()
            && other.project == container.project
            && other.service.as_deref() == Some(host)
    };
    snapshot
        .containers
        .iter()
        .find(is_namesake)
        .filter(|_| container.project.is_some())
}

/// Whether a container is on no network of its own, but in another container's.
fn lives_with_another(container: &Container) -> bool {
    container.network_mode.starts_with("container:")
}

/// Whether a name is a service of the container's own project that has no container: that one is meant, and not its
/// namesake in another project.
fn is_own_and_absent(container: &Container, host: &str, snapshot: &Snapshot) -> bool {
    let own = &snapshot.stack.project;
    let is_written = own.is_some()
        && container.project == *own
        && snapshot
            .compose
            .known()
            .is_some_and(|files| files.service(host).is_some());
    is_written
        && !snapshot
            .containers
            .iter()
            .any(|other| other.project == *own && other.service.as_deref() == Some(host))
}

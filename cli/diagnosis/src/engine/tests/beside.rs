//! Two stacks on one engine, under one project, that share nothing: to break both and see what stands.

use crate::{
    observed::Observed,
    snapshot::{Container, ContainerId, Role, Snapshot},
    subject::Subject,
};

/// Everything of `one`, and `other` beside it under names, ids, networks and span names of its own.
pub(super) fn beside(one: &Snapshot, other: &Snapshot) -> Snapshot {
    let other = renamed(other);
    let mut both = one.clone();
    both.containers.extend(other.containers);
    both.elsewhere.extend(other.elsewhere);
    both.network_paths.extend(other.network_paths);
    both.tempos.extend(other.tempos);
    both.collectors.extend(other.collectors);
    both.grafanas.extend(other.grafanas);
    both.lokis.extend(other.lokis);
    both.prometheuses.extend(other.prometheuses);
    both.gaps.extend(other.gaps);
    both.timed_out |= other.timed_out;
    extend(&mut both.networks, other.networks);
    extend(&mut both.events, other.events);
    extend(&mut both.images, other.images);
    both
}

/// Everything of `one`, and the services of `other` on the same network, under names of their own.
pub(super) fn joined_by(one: &Snapshot, other: &Snapshot) -> Snapshot {
    let mut both = one.clone();
    let network = |container: &Container| container.attachments.clone();
    let Some(shared) = one.containers.first().map(network) else {
        return both;
    };
    let services = renamed(other)
        .containers
        .into_iter()
        .filter(|container| container.role == Role::Service);
    for mut service in services {
        for (attachment, shared) in service.attachments.iter_mut().zip(&shared) {
            attachment.network.clone_from(&shared.network);
            attachment.network_id.clone_from(&shared.network_id);
            for name in &mut attachment.names {
                name.push_str("-b");
            }
        }
        both.containers.push(service);
    }
    both
}

/// Whether a subject came with the second stack.
pub(super) fn is_joined(subject: &Subject) -> bool {
    subject.name().ends_with("-b")
}

fn extend<T>(one: &mut Observed<Vec<T>>, other: Observed<Vec<T>>) {
    if let (Observed::Known(one), Observed::Known(other)) = (one, other) {
        one.extend(other);
    }
}

/// Docker's DNS is one for each network: the names that the settings use stay as they are.
fn renamed(snapshot: &Snapshot) -> Snapshot {
    let mut text = serde_json::to_string(snapshot).unwrap();
    for container in &snapshot.containers {
        text = text.replace(&container.id.0, &other_id(&container.id).0);
        let name = container.display_name();
        // The subject of a gap: `"name":"tempo"` beside its kind.
        text = text.replace(
            &format!("\"name\":\"{name}\"}}"),
            &format!("\"name\":\"{name}-b\"}}"),
        );
    }
    text = text
        .replace("docutag-", "docutag-b-")
        .replace("172.20.", "172.21.");
    let mut renamed: Snapshot = serde_json::from_str(&text).unwrap();
    renamed.containers.iter_mut().for_each(rename);
    for tempo in &mut renamed.tempos {
        tempo.name.push_str("-b");
    }
    if let Observed::Known(networks) = &mut renamed.networks {
        for network in networks {
            network.id.push_str("-b");
            network.name.push_str("-b");
        }
    }
    renamed
}

fn other_id(id: &ContainerId) -> ContainerId {
    ContainerId(format!("b{}", &id.0[1..]))
}

fn rename(container: &mut Container) {
    container.name.push_str("-b");
    for mount in &mut container.mounts {
        mount.source.push_str("-b");
    }
    if let Some(service) = &mut container.service {
        service.push_str("-b");
    }
    for attachment in &mut container.attachments {
        attachment.network.push_str("-b");
        attachment.network_id.push_str("-b");
    }
    let shares = container.network_mode.starts_with("container:");
    if !shares && container.network_mode != "host" && container.network_mode != "bridge" {
        container.network_mode.push_str("-b");
    }
}

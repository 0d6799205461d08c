//! What changed about containers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, changed};
use crate::{
    snapshot::{Container, HealthStatus, Snapshot},
    subject::Subject,
    view::Stack,
};

/// The containers of a snapshot by their names, each with the subject that findings about it carry.
fn by_name(snapshot: &Snapshot) -> BTreeMap<&str, (Subject, &Container)> {
    Stack::of(snapshot)
        .members
        .into_iter()
        .map(|member| {
            let container = member.container;
            (container.name.as_str(), (member.subject, container))
        })
        .collect()
}

pub(super) fn changes(before: &Snapshot, after: &Snapshot) -> Vec<Change> {
    let (old, new) = (by_name(before), by_name(after));
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    names
        .into_iter()
        .flat_map(|name| match (old.get(name), new.get(name)) {
            (Some((_, old)), Some((subject, new))) => between(subject, old, new),
            (Some((subject, old)), None) => {
                changed(subject, "container", Some(described(old)), None)
                    .into_iter()
                    .collect()
            }
            (None, Some((subject, new))) => {
                changed(subject, "container", None, Some(described(new)))
                    .into_iter()
                    .collect()
            }
            (None, None) => Vec::new(),
        })
        .collect()
}

fn described(container: &Container) -> String {
    format!("{} of {}", container.name, container.image)
}

fn between(subject: &Subject, old: &Container, new: &Container) -> Vec<Change> {
    let some = |text: String| Some(text);
    let mut changes = Vec::new();
    let mut note = |what: &str, before: Option<String>, after: Option<String>| {
        changes.extend(changed(subject, what, before, after));
    };
    note(
        "container id",
        some(old.id.short().to_owned()),
        some(new.id.short().to_owned()),
    );
    note("image", some(old.image.clone()), some(new.image.clone()));
    note(
        "image id",
        some(old.image_id.clone()),
        some(new.image_id.clone()),
    );
    note(
        "command",
        some(old.command.join(" ")),
        some(new.command.join(" ")),
    );
    note("state", some(state(old)), some(state(new)));
    note("health", health(old), health(new));
    note(
        "restarts",
        some(old.state.restart_count.to_string()),
        some(new.state.restart_count.to_string()),
    );
    note(
        "started at",
        old.state.started_at.map(|at| at.to_string()),
        new.state.started_at.map(|at| at.to_string()),
    );
    note("networks", some(networks(old)), some(networks(new)));
    note("published ports", some(ports(old)), some(ports(new)));
    note(
        "memory limit",
        old.memory_limit.map(|bytes| format!("{bytes} bytes")),
        new.memory_limit.map(|bytes| format!("{bytes} bytes")),
    );
    let variables: BTreeSet<&str> = old
        .environment
        .iter()
        .chain(&new.environment)
        .map(|variable| variable.name.as_str())
        .collect();
    for name in variables {
        let value = |container: &Container| container.variable(name).map(str::to_owned);
        note(&format!("variable {name}"), value(old), value(new));
    }
    changes
}

fn state(container: &Container) -> String {
    let state = &container.state;
    if container.is_running() {
        state.status.word().to_owned()
    } else {
        format!("{}, exit code {}", state.status.word(), state.exit_code)
    }
}

fn health(container: &Container) -> Option<String> {
    let health = container.state.health.as_ref()?;
    let word = match health.status {
        HealthStatus::Starting => "starting",
        HealthStatus::Healthy => "healthy",
        HealthStatus::Unhealthy => "unhealthy",
    };
    Some(word.to_owned())
}

fn networks(container: &Container) -> String {
    let names: BTreeSet<&str> = container
        .attachments
        .iter()
        .map(|attachment| attachment.network.as_str())
        .collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

fn ports(container: &Container) -> String {
    let shown: BTreeSet<String> = container
        .published_ports
        .iter()
        .map(|port| {
            format!(
                "{}:{}->{}",
                port.host_address, port.host_port, port.container_port
            )
        })
        .collect();
    shown.into_iter().collect::<Vec<_>>().join(", ")
}

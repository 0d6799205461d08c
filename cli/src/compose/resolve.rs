//! Two readings of one project become one: Compose's own view decides on values, the files say where they stand.
//!
//! A value keeps its place only where the text at that place may have become it. What a variable decides that neither a
//! file nor this shell sets stays open: Compose puts nothing in its place, the shell that starts the stack may not.

mod environment;
mod text;

use std::path::{Path, PathBuf};

use ptctl_diagnosis::{
    finding::Location,
    snapshot::{
        ComposeAttachment, ComposeMount, ComposeNetworking, ComposePort, ComposePorts,
        ComposeProject, ComposeRun, ComposeService, MountKind, Placed,
    },
};

use self::text::{text, words};
use super::clean;
use crate::context::Environment;

/// What the files say, with the values that Compose gives them in this environment.
pub(crate) fn resolve(
    written: ComposeProject,
    view: ComposeProject,
    environment: &Environment,
) -> ComposeProject {
    let included_at = written
        .beyond
        .iter()
        .find(|beyond| beyond.service.is_none())
        .map_or_else(
            || {
                let file = written.config_files.first().cloned();
                Location::new(file.unwrap_or_default(), 1, 1)
            },
            |beyond| beyond.location.clone(),
        );
    let mut services = Vec::new();
    let mut resolved = view.services;
    for service in written.services {
        match resolved.iter().position(|other| other.name == service.name) {
            Some(at) => {
                services.push(of_service(
                    Some(&service),
                    resolved.remove(at),
                    &service.location,
                    environment,
                ));
            }
            // Some versions leave out what no active profile asks for.
            None if !service.profiles.is_empty() => services.push(service),
            None => {}
        }
    }
    let included = resolved
        .into_iter()
        .map(|service| of_service(None, service, &included_at, environment));
    services.extend(included);
    ComposeProject {
        name: view.name,
        services,
        resolved_by: view.resolved_by,
        beyond: view.beyond,
        ..written
    }
}

fn of_service(
    written: Option<&ComposeService>,
    view: ComposeService,
    place: &Location,
    shell: &Environment,
) -> ComposeService {
    ComposeService {
        location: place.clone(),
        image: text(
            written.and_then(|written| written.image.as_ref()),
            view.image,
            place,
            shell,
        ),
        build: view.build.map(|_| {
            let build = written.and_then(|written| written.build.as_ref());
            build.unwrap_or(place).clone()
        }),
        container_name: text(
            written.and_then(|written| written.container_name.as_ref()),
            view.container_name,
            place,
            shell,
        ),
        environment: environment::environment(
            written.map_or(&[][..], |written| &written.environment),
            view.environment,
            place,
            shell,
        ),
        command: words(
            written.and_then(|written| written.command.as_ref()),
            view.command,
            place,
            shell,
        ),
        entrypoint: words(
            written.and_then(|written| written.entrypoint.as_ref()),
            view.entrypoint,
            place,
            shell,
        ),
        ports: ports(
            written.and_then(|written| written.ports.as_ref()),
            view.ports,
            place,
        ),
        mounts: view
            .mounts
            .into_iter()
            .map(|mount| {
                let known = written.map_or(&[][..], |written| &written.mounts);
                of_mount(known, mount, place, &shell.working_dir)
            })
            .collect(),
        network: network(
            written.map(|written| &written.network),
            view.network,
            place,
            shell,
        ),
        labels: view
            .labels
            .into_iter()
            .filter(|(name, value)| {
                // A label that only a shell knows is left out of the files' reading, and empty in Compose's.
                let is_known = |written: &ComposeService| {
                    written.labels.iter().any(|(known, _)| known == name)
                };
                !value.is_empty() || written.is_none_or(is_known)
            })
            .collect(),
        run: run(written.map(|written| &written.run), view.run, place),
        ..view
    }
}

fn ports(
    written: Option<&ComposePorts>,
    view: Option<ComposePorts>,
    place: &Location,
) -> Option<ComposePorts> {
    let Some(view) = view else {
        return written.cloned();
    };
    let of_port = |port: ComposePort| {
        let same = |known: &&ComposePort| {
            (&known.host_address, known.host, known.container_port)
                == (&port.host_address, port.host, port.container_port)
        };
        match written.and_then(|written| written.ports.iter().find(same)) {
            Some(known) => known.clone(),
            None => ComposePort {
                location: place.clone(),
                ..port
            },
        }
    };
    Some(ComposePorts {
        ports: view.ports.into_iter().map(of_port).collect(),
        location: written.map_or(place, |written| &written.location).clone(),
    })
}

/// A mount of the view; its source is named as it would be from `here`, as the files name it.
fn of_mount(
    written: &[ComposeMount],
    mut mount: ComposeMount,
    place: &Location,
    here: &Path,
) -> ComposeMount {
    let source = |mount: &ComposeMount| match (mount.kind, &mount.source) {
        (MountKind::Bind, Some(source)) => Some(clean(&here.join(source))),
        (_, source) => source.clone(),
    };
    let same = |known: &&ComposeMount| {
        (
            known.kind,
            &known.destination,
            known.writable,
            source(known),
        ) == (
            mount.kind,
            &mount.destination,
            mount.writable,
            source(&mount),
        )
    };
    if let Some(known) = written.iter().find(same) {
        return known.clone();
    }
    if mount.kind == MountKind::Bind {
        mount.source = mount
            .source
            .map(|source| match Path::new(&source).strip_prefix(here) {
                Ok(relative) => PathBuf::from(relative).display().to_string(),
                Err(_) => source,
            });
    }
    ComposeMount {
        location: place.clone(),
        ..mount
    }
}

fn network(
    written: Option<&ComposeNetworking>,
    view: ComposeNetworking,
    place: &Location,
    shell: &Environment,
) -> ComposeNetworking {
    match view {
        ComposeNetworking::Mode(mode) => {
            let known = match written {
                Some(ComposeNetworking::Mode(known)) => Some(known),
                Some(ComposeNetworking::Networks(_)) | None => None,
            };
            match text(known, Some(mode.clone()), place, shell) {
                Some(mode) => ComposeNetworking::Mode(mode),
                None => ComposeNetworking::Mode(mode),
            }
        }
        ComposeNetworking::Networks(networks) => {
            let known = match written {
                Some(ComposeNetworking::Networks(known)) => known.as_slice(),
                Some(ComposeNetworking::Mode(_)) | None => &[],
            };
            let attachment = |network: ComposeAttachment| {
                let at = known
                    .iter()
                    .find(|known| known.network == network.network)
                    .map_or(place, |known| &known.location);
                ComposeAttachment {
                    location: at.clone(),
                    ..network
                }
            };
            ComposeNetworking::Networks(networks.into_iter().map(attachment).collect())
        }
    }
}

fn run(written: Option<&ComposeRun>, view: ComposeRun, place: &Location) -> ComposeRun {
    ComposeRun {
        stop_grace: placed(
            written.and_then(|written| written.stop_grace.as_ref()),
            view.stop_grace,
            place,
        ),
        health_check: placed(
            written.and_then(|written| written.health_check.as_ref()),
            view.health_check,
            place,
        ),
        ..view
    }
}

fn placed<T: PartialEq>(
    written: Option<&Placed<T>>,
    view: Option<Placed<T>>,
    place: &Location,
) -> Option<Placed<T>> {
    let view = view?;
    let location = written
        .filter(|written| written.value == view.value)
        .map_or(place, |written| &written.location);
    Some(Placed {
        value: view.value,
        location: location.clone(),
    })
}

#[cfg(test)]
mod tests;

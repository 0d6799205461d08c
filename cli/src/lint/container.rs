//! The container that Compose would make of a service.

use jiff::Timestamp;
use ptctl_diagnosis::{
    observed::Probe,
    snapshot::{
        Attachment, ComposeAttachment, ComposeNetworking, ComposePort, ComposeProject,
        ComposeService, ComposeWords, Container, ContainerId, ContainerState, EnvironmentVariable,
        HostPort, Link, Mount, PublishedPort, Status,
    },
    subject::Subject,
};

use super::nothing_runs;
use crate::target::{ROLE_LABEL, role_of};

/// The container of a service; what its image would add is unknown and left out.
pub(crate) fn of(
    service: &ComposeService,
    project: &ComposeProject,
    taken_at: Timestamp,
) -> Container {
    let image = text(
        service
            .image
            .as_ref()
            .and_then(|image| image.value.as_ref()),
    );
    let command: Vec<String> = words(service.entrypoint.as_ref())
        .chain(words(service.command.as_ref()))
        .collect();
    let role_label = service
        .labels
        .iter()
        .find(|(name, _)| name == ROLE_LABEL)
        .map(|(_, value)| value.as_str());
    let name = container_name(service);
    let run = &service.run;
    Container {
        id: ContainerId(service.name.clone()),
        project: Some(project.name.clone()),
        service: Some(service.name.clone()),
        role: role_of(&image, &command, role_label),
        image,
        image_id: String::new(),
        command,
        labels: service.labels.clone(),
        environment: service
            .environment
            .iter()
            .filter_map(|variable| {
                Some(EnvironmentVariable {
                    name: variable.name.clone(),
                    value: variable.text.value.clone()?,
                })
            })
            .collect(),
        created_at: taken_at,
        state: ContainerState {
            status: Status::Declared,
            exit_code: 0,
            oom_killed: false,
            error: None,
            pid: None,
            started_at: None,
            finished_at: None,
            restart_count: 0,
            health: None,
        },
        network_mode: network_mode(&service.network, project),
        attachments: attachments(service, project, &name),
        extra_hosts: service.extra_hosts.clone(),
        exposed_ports: service.exposed_ports.clone(),
        published_ports: service
            .ports
            .iter()
            .flat_map(|ports| &ports.ports)
            .filter_map(published)
            .collect(),
        mounts: service
            .mounts
            .iter()
            .map(|mount| Mount {
                kind: mount.kind,
                source: text(mount.source.as_ref()),
                destination: mount.destination.clone(),
                writable: mount.writable,
            })
            .collect(),
        log_driver: service
            .log_driver
            .clone()
            .unwrap_or_else(|| "json-file".to_owned()),
        log_options: run.log_options.clone(),
        tty: false,
        restart_policy: service.restart_policy,
        stop_grace: run.stop_grace.as_ref().map(|grace| grace.value),
        stop_signal: run.stop_signal.clone(),
        init: run.init,
        user: text(run.user.as_ref()),
        health_check: run.health_check.as_ref().map(|check| check.value.clone()),
        dns: Vec::new(),
        dns_search: Vec::new(),
        links: run
            .links
            .iter()
            .map(|link| Link {
                container: project
                    .service(&link.service)
                    .map_or_else(|| link.service.clone(), container_name),
                alias: link.alias.clone(),
            })
            .collect(),
        memory_limit: service.memory_limit,
        logs: nothing_runs(Probe::Logs, &Subject::Service(service.name.clone())),
        metrics: None,
        sockets: None,
        name,
    }
}

fn container_name(service: &ComposeService) -> String {
    let given = service.container_name.as_ref();
    given
        .and_then(|name| name.value.clone())
        .unwrap_or_else(|| service.name.clone())
}

fn text(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

fn words(words: Option<&ComposeWords>) -> impl Iterator<Item = String> {
    words
        .into_iter()
        .flat_map(|words| &words.words)
        .filter_map(|word| word.value.clone())
}

/// The mode as the engine would show it: `service:app` shares the network of that service's container.
fn network_mode(network: &ComposeNetworking, project: &ComposeProject) -> String {
    match network {
        ComposeNetworking::Mode(mode) => {
            let mode = text(mode.value.as_ref());
            match mode.strip_prefix("service:") {
                Some(service) => format!("container:{service}"),
                None => mode,
            }
        }
        ComposeNetworking::Networks(networks) => networks
            .iter()
            .find_map(|network| network.network.clone())
            .unwrap_or_else(|| format!("{}_default", project.name)),
    }
}

fn attachments(service: &ComposeService, project: &ComposeProject, name: &str) -> Vec<Attachment> {
    let ComposeNetworking::Networks(networks) = &service.network else {
        return Vec::new();
    };
    let attachment = |(number, network): (usize, &ComposeAttachment)| {
        // A network whose name only a shell knows is still one that others share by its place in the file.
        let shown = network
            .network
            .clone()
            .unwrap_or_else(|| format!("{}_{number}", project.name));
        let mut names = vec![name.to_owned()];
        for other in std::iter::once(&service.name).chain(&network.aliases) {
            if !names.contains(other) {
                names.push(other.clone());
            }
        }
        Attachment {
            network_id: shown.clone(),
            network: shown,
            names,
            address: None,
            gateway: None,
        }
    };
    networks.iter().enumerate().map(attachment).collect()
}

fn published(port: &ComposePort) -> Option<PublishedPort> {
    let HostPort::One(host_port) = port.host else {
        return None;
    };
    Some(PublishedPort {
        host_address: port
            .host_address
            .clone()
            .unwrap_or_else(|| "0.0.0.0".to_owned()),
        host_port,
        container_port: port.container_port?,
    })
}

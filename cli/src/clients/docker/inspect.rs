//! One container in full.

use std::{collections::HashMap, net::IpAddr};

use bollard::{
    models::{
        ContainerConfig, ContainerInspectResponse, ContainerState as WireState,
        ContainerStateStatusEnum, EndpointSettings, HealthConfig, HealthStatusEnum, HostConfig,
        MountPoint, PortMap, RestartPolicyNameEnum,
    },
    query_parameters::InspectContainerOptions,
};
use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{
    observed::{Gap, Observed, Probe},
    redact,
    snapshot::{
        Attachment, Container, ContainerId, ContainerState, EnvironmentVariable, Health,
        HealthCheck, HealthProbe, HealthStatus, Link, Mount, MountKind, PublishedPort,
        RestartPolicy, Status,
    },
    subject::Subject,
};

use super::{Engine, EngineError, EngineFault};
use crate::{
    clients::deadline::Deadline,
    target::{ROLE_LABEL, role_of},
};

impl Engine {
    /// One container, its secrets redacted. Its log and its own metrics are still to be read.
    pub async fn inspect(
        &self,
        id: &ContainerId,
        deadline: Deadline,
    ) -> Result<Container, EngineError> {
        let what = || format!("inspect the container {}", id.short());
        let options = None::<InspectContainerOptions>;
        let answer = self
            .call(
                what(),
                deadline,
                self.bollard.inspect_container(&id.0, options),
            )
            .await?;
        container(answer).map_err(|fault| EngineError::new(what(), fault))
    }
}

fn required<T>(field: &str, value: Option<T>) -> Result<T, EngineFault> {
    value.ok_or_else(|| EngineFault::without(field))
}

fn container(answer: ContainerInspectResponse) -> Result<Container, EngineFault> {
    let config = required("Config", answer.config)?;
    let host = required("HostConfig", answer.host_config)?;
    let settings = required("NetworkSettings", answer.network_settings)?;
    let name = required("Name", answer.name)?
        .trim_start_matches('/')
        .to_owned();
    let state = state(required("State", answer.state)?, answer.restart_count)?;
    let labels = labels(config.labels.clone());
    let label = |key: &str| {
        labels
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.clone())
    };
    let project = label("com.docker.compose.project");
    let service = label("com.docker.compose.service");
    let shown = service.clone().unwrap_or_else(|| name.clone());
    let is_running = matches!(state.status, Status::Running | Status::Paused);
    let command: Vec<String> = std::iter::once(answer.path.unwrap_or_default())
        .chain(answer.args.unwrap_or_default())
        .filter(|word| !word.is_empty())
        .collect();
    let command = redact::command(&command);
    let image = required("Config.Image", config.image.clone())?;
    let role = role_of(&image, &command, label(ROLE_LABEL).as_deref());
    Ok(Container {
        id: ContainerId(required("Id", answer.id)?),
        project,
        service,
        role,
        image,
        image_id: required("Image", answer.image)?,
        command,
        labels,
        environment: environment(config.env.as_deref()),
        created_at: parse_time(&required("Created", answer.created)?)?
            .ok_or_else(|| EngineFault::without("Created"))?,
        state,
        network_mode: required("HostConfig.NetworkMode", host.network_mode.clone())?,
        attachments: attachments(&name, settings.networks.unwrap_or_default()),
        extra_hosts: host.extra_hosts.clone().unwrap_or_default(),
        exposed_ports: exposed_ports(&config),
        published_ports: published_ports(is_running, settings.ports, host.port_bindings.clone()),
        mounts: mounts(answer.mounts.unwrap_or_default(), &host),
        log_driver: host
            .log_config
            .as_ref()
            .and_then(|log| log.typ.clone())
            .unwrap_or_default(),
        log_options: log_options(&host),
        tty: config.tty.unwrap_or(false),
        restart_policy: restart_policy(&host),
        stop_grace: config.stop_timeout.map(SignedDuration::from_secs),
        stop_signal: config
            .stop_signal
            .clone()
            .filter(|signal| !signal.is_empty()),
        init: host.init,
        user: config.user.clone().unwrap_or_default(),
        health_check: config.healthcheck.clone().and_then(health_check),
        dns: host.dns.clone().unwrap_or_default(),
        dns_search: host.dns_search.clone().unwrap_or_default(),
        links: links(host.links.as_deref().unwrap_or_default()),
        memory_limit: host
            .memory
            .and_then(|bytes| u64::try_from(bytes).ok())
            .filter(|bytes| *bytes > 0),
        logs: Observed::Unknown(Gap::new(
            Probe::Logs,
            Subject::Service(shown),
            "not read: nothing marks it as traced",
        )),
        metrics: None,
        name,
    })
}

fn sorted(map: HashMap<String, String>) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = map.into_iter().collect();
    pairs.sort();
    pairs
}

/// Labels in the order of their names, secrets redacted.
pub(super) fn labels(map: Option<HashMap<String, String>>) -> Vec<(String, String)> {
    sorted(map.unwrap_or_default())
        .into_iter()
        .map(|(key, value)| {
            let value = redact::value(&key, &value);
            (key, value)
        })
        .collect()
}

/// `NAME=value` pairs, secrets redacted.
pub(super) fn environment(pairs: Option<&[String]>) -> Vec<EnvironmentVariable> {
    pairs
        .unwrap_or_default()
        .iter()
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            EnvironmentVariable {
                name: name.to_owned(),
                value: redact::value(name, value),
            }
        })
        .collect()
}

/// A time of the engine; its zero value (year 1) means "never".
pub(super) fn parse_time(text: &str) -> Result<Option<Timestamp>, EngineFault> {
    if text.is_empty() || text.starts_with("0001-") {
        return Ok(None);
    }
    text.parse::<Timestamp>()
        .map(Some)
        .map_err(|error| EngineFault::Answer(format!("`{text}` is not a time ({error})")))
}

fn state(state: WireState, restart_count: Option<i64>) -> Result<ContainerState, EngineFault> {
    use ContainerStateStatusEnum as Wire;
    let status = match required("State.Status", state.status)? {
        Wire::CREATED => Status::Created,
        Wire::RUNNING | Wire::STOPPING => Status::Running,
        Wire::PAUSED => Status::Paused,
        Wire::RESTARTING => Status::Restarting,
        Wire::REMOVING => Status::Removing,
        Wire::EXITED => Status::Exited,
        Wire::DEAD => Status::Dead,
        Wire::EMPTY => return Err(EngineFault::without("State.Status")),
    };
    Ok(ContainerState {
        status,
        exit_code: required("State.ExitCode", state.exit_code)?,
        oom_killed: required("State.OOMKilled", state.oom_killed)?,
        error: state
            .error
            .filter(|text| !text.is_empty())
            .map(|text| redact::text(&text)),
        started_at: parse_time(&required("State.StartedAt", state.started_at)?)?,
        finished_at: parse_time(&required("State.FinishedAt", state.finished_at)?)?,
        restart_count: restart_count
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or(0),
        health: state.health.map(health).transpose()?.flatten(),
    })
}

fn health(health: bollard::models::Health) -> Result<Option<Health>, EngineFault> {
    let status = match required("State.Health.Status", health.status)? {
        HealthStatusEnum::STARTING => HealthStatus::Starting,
        HealthStatusEnum::HEALTHY => HealthStatus::Healthy,
        HealthStatusEnum::UNHEALTHY => HealthStatus::Unhealthy,
        HealthStatusEnum::NONE | HealthStatusEnum::EMPTY => return Ok(None),
    };
    let last = health.log.and_then(|log| log.into_iter().next_back());
    Ok(Some(Health {
        status,
        failing_streak: health
            .failing_streak
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or(0),
        last: match last {
            None => None,
            Some(probe) => Some(HealthProbe {
                at: match probe.end {
                    Some(end) => parse_time(&end)?,
                    None => None,
                },
                exit_code: probe.exit_code.unwrap_or(0),
                output: redact::text(probe.output.unwrap_or_default().trim()),
            }),
        },
    }))
}

/// The probe of an image or container; `NONE` switches an image's own off.
fn health_check(config: HealthConfig) -> Option<HealthCheck> {
    let test = config.test?;
    if test.is_empty() || test.first().is_some_and(|word| word == "NONE") {
        return None;
    }
    // The API counts nanoseconds, and its zero means the default.
    let time = |nanoseconds: Option<i64>| {
        nanoseconds
            .filter(|nanoseconds| *nanoseconds > 0)
            .map(SignedDuration::from_nanos)
    };
    Some(HealthCheck {
        test: redact::command(&test),
        interval: time(config.interval),
        start_period: time(config.start_period),
        retries: config
            .retries
            .and_then(|count| u64::try_from(count).ok())
            .filter(|count| *count > 0),
    })
}

/// `/shop_tempo_1:/shop_web_1/tempo`: the container, and the name that the other one gives it.
fn links(links: &[String]) -> Vec<Link> {
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

fn log_options(host: &HostConfig) -> Vec<(String, String)> {
    let options = host
        .log_config
        .as_ref()
        .and_then(|log| log.config.clone())
        .unwrap_or_default();
    sorted(options)
        .into_iter()
        .map(|(name, value)| {
            let value = redact::value(&name, &value);
            (name, value)
        })
        .collect()
}

fn attachments(container: &str, networks: HashMap<String, EndpointSettings>) -> Vec<Attachment> {
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

/// The port of `8080/tcp`; other protocols carry no OTLP and no HTTP.
fn tcp_port(text: &str) -> Option<u16> {
    match text.split_once('/') {
        Some((port, "tcp")) => port.parse().ok(),
        Some(_) => None,
        None => text.parse().ok(),
    }
}

fn exposed_ports(config: &ContainerConfig) -> Vec<u16> {
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
fn published_ports(
    is_running: bool,
    served: Option<PortMap>,
    asked: Option<PortMap>,
) -> Vec<PublishedPort> {
    let map = if is_running { served } else { asked };
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

fn mounts(points: Vec<MountPoint>, host: &HostConfig) -> Vec<Mount> {
    let mut mounts: Vec<Mount> = points
        .into_iter()
        .map(|point| {
            let kind = match point.typ.as_deref() {
                Some("volume") => MountKind::Volume,
                Some("bind") => MountKind::Bind,
                Some("tmpfs") => MountKind::Tmpfs,
                Some(_) | None => MountKind::Other,
            };
            let source = match kind {
                MountKind::Volume => point.name.or(point.source),
                MountKind::Bind | MountKind::Tmpfs | MountKind::Other => point.source,
            };
            Mount {
                kind,
                source: source.unwrap_or_default(),
                destination: point.destination.unwrap_or_default(),
                writable: point.rw.unwrap_or(true),
            }
        })
        .collect();
    // `--tmpfs` is not among the mount points.
    let in_memory = host.tmpfs.iter().flat_map(HashMap::keys);
    mounts.extend(in_memory.map(|destination| Mount {
        kind: MountKind::Tmpfs,
        source: String::new(),
        destination: destination.clone(),
        writable: true,
    }));
    mounts.sort_by(|left, right| left.destination.cmp(&right.destination));
    mounts
}

fn restart_policy(host: &HostConfig) -> RestartPolicy {
    let name = host.restart_policy.as_ref().and_then(|policy| policy.name);
    match name {
        Some(RestartPolicyNameEnum::ALWAYS) => RestartPolicy::Always,
        Some(RestartPolicyNameEnum::UNLESS_STOPPED) => RestartPolicy::UnlessStopped,
        Some(RestartPolicyNameEnum::ON_FAILURE) => RestartPolicy::OnFailure,
        Some(RestartPolicyNameEnum::NO | RestartPolicyNameEnum::EMPTY) | None => RestartPolicy::No,
    }
}

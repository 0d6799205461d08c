//! One container in full.

mod mounts;
mod networking;
mod secrets;
mod state;

use std::collections::HashMap;

use bollard::{
    models::{ContainerInspectResponse, HostConfig},
    query_parameters::InspectContainerOptions,
};
use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{
    compose_label,
    observed::{Gap, Observed, Probe},
    redact,
    snapshot::{Container, ContainerId, EnvironmentVariable},
    subject::Subject,
};

use self::{
    mounts::mounts,
    networking::{attachments, exposed_ports, links, published_ports},
    state::{health_check, restart_policy, state},
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
    let project = label(compose_label::PROJECT);
    let service = label(compose_label::SERVICE);
    let shown = service.clone().unwrap_or_else(|| name.clone());
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
        network_mode: required("HostConfig.NetworkMode", host.network_mode.clone())?,
        attachments: attachments(&name, settings.networks.unwrap_or_default()),
        extra_hosts: host.extra_hosts.clone().unwrap_or_default(),
        exposed_ports: exposed_ports(&config),
        published_ports: published_ports(state.status, settings.ports, host.port_bindings.clone()),
        state,
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
        sockets: None,
        name,
    })
}

/// The options of the log driver in the order of their names, secrets redacted.
fn log_options(host: &HostConfig) -> Vec<(String, String)> {
    let options = host.log_config.as_ref().and_then(|log| log.config.clone());
    redacted(options)
}

/// Labels in the order of their names, secrets redacted.
pub(super) fn labels(map: Option<HashMap<String, String>>) -> Vec<(String, String)> {
    redacted(map)
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

fn redacted(map: Option<HashMap<String, String>>) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = map
        .unwrap_or_default()
        .into_iter()
        .map(|(name, value)| {
            let value = redact::value(&name, &value);
            (name, value)
        })
        .collect();
    pairs.sort();
    pairs
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

//! One container as the engine describes it.

mod elsewhere;
mod health;
mod mount;
mod networking;
mod state;

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::{
    elsewhere::Elsewhere,
    health::{Health, HealthCheck, HealthProbe, HealthStatus},
    mount::{Mount, MountKind},
    networking::{Attachment, Link, PublishedPort},
    state::{ContainerState, RestartPolicy, Status},
};
use super::{LogFacts, ServiceMetrics, Sockets};
use crate::observed::Observed;

/// A container's full id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContainerId(pub String);

impl ContainerId {
    /// The first twelve digits, as `docker ps` shows them.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

/// One container, running or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Container {
    /// Its id.
    pub id: ContainerId,
    /// Its name without the leading slash.
    pub name: String,
    /// Its Compose project, from the label `com.docker.compose.project`.
    pub project: Option<String>,
    /// Its Compose service, from the label `com.docker.compose.service`.
    pub service: Option<String>,
    /// What it is to tracing.
    pub role: Role,
    /// The image as it was asked for: `grafana/tempo:3.0.3`.
    pub image: String,
    /// The image's id.
    pub image_id: String,
    /// Entrypoint and command as they run.
    pub command: Vec<String>,
    /// Its labels and, merged in by the engine, those of its image; secrets redacted.
    pub labels: Vec<(String, String)>,
    /// Its environment, secrets redacted.
    pub environment: Vec<EnvironmentVariable>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Whether it runs, and how it ended.
    pub state: ContainerState,
    /// `NetworkMode` of its host configuration: `host`, `container:<id>`, a network's name.
    pub network_mode: String,
    /// The networks it is on. A stopped container keeps them, without addresses.
    pub attachments: Vec<Attachment>,
    /// Host names added by `extra_hosts`, `name:address`.
    pub extra_hosts: Vec<String>,
    /// The TCP ports that its image or configuration exposes.
    pub exposed_ports: Vec<u16>,
    /// The TCP ports published on the host.
    pub published_ports: Vec<PublishedPort>,
    /// What is mounted into it.
    pub mounts: Vec<Mount>,
    /// The log driver: `json-file`.
    pub log_driver: String,
    /// The options of the log driver, in the order of their names: `max-size`, `max-file`, `cache-disabled`.
    #[serde(default)]
    pub log_options: Vec<(String, String)>,
    /// Whether it has a terminal, so that its log is one raw stream.
    pub tty: bool,
    /// What the engine does when it exits.
    pub restart_policy: RestartPolicy,
    /// How long a stop waits before it kills; the engine's 10 s where unset.
    pub stop_grace: Option<SignedDuration>,
    /// The signal that asks it to stop; the engine's `SIGTERM` where unset.
    #[serde(default)]
    pub stop_signal: Option<String>,
    /// Whether an init of the engine's runs as its first process, where that was said.
    #[serde(default)]
    pub init: Option<bool>,
    /// The user that its main process runs as: `10001:10001`; empty for the image's root.
    #[serde(default)]
    pub user: String,
    /// How its health is probed; `None` without a health check.
    #[serde(default)]
    pub health_check: Option<HealthCheck>,
    /// Name servers of its own.
    #[serde(default)]
    pub dns: Vec<String>,
    /// Search domains of its own.
    #[serde(default)]
    pub dns_search: Vec<String>,
    /// Legacy links, by which names resolve on the network `bridge` too.
    #[serde(default)]
    pub links: Vec<Link>,
    /// Its memory limit in bytes.
    pub memory_limit: Option<u64>,
    /// What its log says.
    pub logs: Observed<LogFacts>,
    /// What its own `/metrics` says; `None` where nothing tells that it has any.
    pub metrics: Option<Observed<ServiceMetrics>>,
    /// The TCP sockets of its network namespace; `None` where nobody may look and nobody asked to.
    #[serde(default)]
    pub sockets: Option<Observed<Sockets>>,
}

impl Container {
    /// The name that people know it by: its Compose service, else the container's name.
    pub fn display_name(&self) -> &str {
        self.service.as_deref().unwrap_or(&self.name)
    }

    /// The value of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    /// The value of an environment variable, redacted where it is secret.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment
            .iter()
            .rfind(|variable| variable.name == name)
            .map(|variable| variable.value.as_str())
    }

    /// The value of an OpenTelemetry variable; by its specification an empty one counts as unset.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.variable(name).filter(|value| !value.is_empty())
    }

    /// The mount that a path in it lies on: the one with the longest destination that contains it.
    pub fn mount_of(&self, path: &str) -> Option<&Mount> {
        self.mounts
            .iter()
            .filter(|mount| Path::new(path).starts_with(&mount.destination))
            .max_by_key(|mount| mount.destination.len())
    }

    /// Whether its main process runs (a paused one does, frozen).
    pub fn is_running(&self) -> bool {
        self.state.status.is_running()
    }
}

/// What a container is to tracing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A trace backend: Tempo or minitempo.
    Tempo,
    /// OpenTelemetry Collector, Alloy or Grafana Agent.
    Collector,
    /// Grafana.
    Grafana,
    /// Loki.
    Loki,
    /// Prometheus.
    Prometheus,
    /// Anything else: an instrumented service, a database, a job.
    Service,
}

/// One environment variable, its value redacted where it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentVariable {
    /// The name.
    pub name: String,
    /// The value, or what redaction left of it.
    pub value: String,
}

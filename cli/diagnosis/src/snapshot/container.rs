//! One container as the engine describes it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{LogFacts, ServiceMetrics};
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
    /// Whether it has a terminal, so that its log is one raw stream.
    pub tty: bool,
    /// What the engine does when it exits.
    pub restart_policy: RestartPolicy,
    /// How long a stop waits before it kills; the engine's 10 s where unset.
    pub stop_grace: Option<SignedDuration>,
    /// Its memory limit in bytes.
    pub memory_limit: Option<u64>,
    /// What its log says.
    pub logs: Observed<LogFacts>,
    /// What its own `/metrics` says; `None` where nothing tells that it has any.
    pub metrics: Option<Observed<ServiceMetrics>>,
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

    /// Whether its main process runs (a paused one does, frozen).
    pub fn is_running(&self) -> bool {
        matches!(self.state.status, Status::Running | Status::Paused)
    }
}

/// A container of the same engine that is not part of this look: only what tells a wrong network from a wrong name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// Its name.
    pub name: String,
    /// Its Compose project.
    pub project: Option<String>,
    /// What it is to tracing.
    pub role: Role,
    /// Every name that it answers to on its networks.
    pub names: Vec<String>,
    /// The names of its networks.
    pub networks: Vec<String>,
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

/// Whether a container runs, and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContainerState {
    /// The engine's one word for it.
    pub status: Status,
    /// The exit code of its last end.
    pub exit_code: i64,
    /// The kernel killed its main process for want of memory.
    pub oom_killed: bool,
    /// What the engine could not do, such as `port is already allocated`.
    pub error: Option<String>,
    /// Its last start.
    pub started_at: Option<Timestamp>,
    /// Its last end.
    pub finished_at: Option<Timestamp>,
    /// How often the restart policy started it again.
    pub restart_count: u64,
    /// Its health check's view; `None` without a health check.
    pub health: Option<Health>,
}

/// The engine's state words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Created, never started.
    Created,
    /// Running.
    Running,
    /// Frozen by `docker pause`.
    Paused,
    /// Between two starts of its restart policy.
    Restarting,
    /// Being removed.
    Removing,
    /// Ended.
    Exited,
    /// Ended, and the engine failed to clean it up.
    Dead,
    /// Described by files; no engine made it.
    Declared,
}

impl Status {
    /// The engine's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
            Self::Declared => "declared",
        }
    }
}

/// The state of a health check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// The engine's verdict.
    pub status: HealthStatus,
    /// Failures in a row.
    pub failing_streak: u64,
    /// The last probe.
    pub last: Option<HealthProbe>,
}

/// The engine's health words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// Not decided yet.
    Starting,
    /// The last probe passed.
    Healthy,
    /// Too many probes failed in a row.
    Unhealthy,
}

/// One run of a health check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HealthProbe {
    /// When it ended.
    pub at: Option<Timestamp>,
    /// Its exit code.
    pub exit_code: i64,
    /// What it printed, trimmed and redacted.
    pub output: String,
}

/// A container's place on one network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The network's id; empty when the engine no longer knows it.
    pub network_id: String,
    /// The network's name.
    pub network: String,
    /// The names that Docker's DNS answers to on this network, the container's name included.
    pub names: Vec<String>,
    /// Its address there; `None` when it does not run.
    pub address: Option<std::net::IpAddr>,
    /// The network's gateway, which is the engine's host; `None` when it does not run.
    pub gateway: Option<std::net::IpAddr>,
}

/// A TCP port published on the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedPort {
    /// The address on the host, `0.0.0.0` where unset.
    pub host_address: String,
    /// The port on the host.
    pub host_port: u16,
    /// The port in the container.
    pub container_port: u16,
}

/// Something mounted into a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// A volume, a folder of the host, or memory.
    pub kind: MountKind,
    /// The volume's name or the folder on the host.
    pub source: String,
    /// The path in the container.
    pub destination: String,
    /// Whether the container may write to it.
    pub writable: bool,
}

/// What a mount is backed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MountKind {
    /// A named or anonymous volume.
    Volume,
    /// A folder or file of the host.
    Bind,
    /// Memory.
    Tmpfs,
    /// Another kind, such as a named pipe.
    Other,
}

/// What the engine does when a container exits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestartPolicy {
    /// Nothing.
    No,
    /// Starts it again, whatever the exit code.
    Always,
    /// Starts it again unless somebody stopped it.
    UnlessStopped,
    /// Starts it again after a non-zero exit code.
    OnFailure,
}

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
            .filter(|mount| std::path::Path::new(path).starts_with(&mount.destination))
            .max_by_key(|mount| mount.destination.len())
    }

    /// Whether its main process runs (a paused one does, frozen).
    pub fn is_running(&self) -> bool {
        self.state.status.is_running()
    }
}

/// A container of the same engine that is not part of this look: only what tells a wrong network from a wrong name, and
/// who has a port of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// Its name.
    pub name: String,
    /// Its Compose project.
    pub project: Option<String>,
    /// What it is to tracing.
    pub role: Role,
    /// The engine's one word for its state.
    pub status: Status,
    /// The networks that it is on.
    pub attachments: Vec<Attachment>,
    /// The TCP ports that it publishes on the host, or would.
    pub published_ports: Vec<PublishedPort>,
}

impl Elsewhere {
    /// Whether it answers to a name, on any of its networks.
    pub fn answers_to(&self, name: &str) -> bool {
        self.name == name
            || self
                .attachments
                .iter()
                .any(|attachment| attachment.answers_to(name))
    }

    /// The names of its networks.
    pub fn networks(&self) -> impl Iterator<Item = &str> {
        self.attachments
            .iter()
            .map(|attachment| attachment.network.as_str())
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
    /// Whether the main process runs (a paused one does, frozen).
    pub fn is_running(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }

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

/// How a container's health is probed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// What runs inside: `["CMD", "wget", …]`, or `["CMD-SHELL", "…"]` for the image's shell; secrets redacted.
    pub test: Vec<String>,
    /// Time between two probes; the engine's 30 s where unset.
    pub interval: Option<SignedDuration>,
    /// Time that failures do not count for after the start.
    pub start_period: Option<SignedDuration>,
    /// Failures in a row that make it unhealthy; the engine's 3 where unset.
    pub retries: Option<u64>,
}

/// A legacy link: a container under a name of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The container that is meant, by its name.
    pub container: String,
    /// The name that it is given here.
    pub alias: String,
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

impl Attachment {
    /// Whether Docker's DNS gives this container for a name there.
    pub fn answers_to(&self, name: &str) -> bool {
        self.names.iter().any(|own| own.eq_ignore_ascii_case(name))
    }
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

//! Facts that may be missing: what was read, or the gap where it should be.
//!
//! A probe that fails never becomes an empty value: an empty list of errors and an unreadable log are different things.

use serde::{Deserialize, Serialize};

use crate::{code::Code, subject::Subject};

/// A fact as gathered: known, or unknown with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observed<T> {
    /// The fact was read.
    Known(T),
    /// The fact could not be read.
    Unknown(Gap),
}

impl<T> Observed<T> {
    /// The fact, or the gap as an error, so that `?` in a check yields "unknown".
    pub fn get(&self) -> Result<&T, Gap> {
        match self {
            Self::Known(fact) => Ok(fact),
            Self::Unknown(gap) => Err(gap.clone()),
        }
    }

    /// The fact where it is known. Use it to add detail, never to decide that something is healthy.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(fact) => Some(fact),
            Self::Unknown(_) => None,
        }
    }

    /// The gap where the fact is unknown.
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Known(_) => None,
            Self::Unknown(gap) => Some(gap),
        }
    }
}

impl<T> From<Result<T, Gap>> for Observed<T> {
    fn from(result: Result<T, Gap>) -> Self {
        match result {
            Ok(fact) => Self::Known(fact),
            Err(gap) => Self::Unknown(gap),
        }
    }
}

/// Something that could not be looked at: which probe, on what, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Gap {
    /// The probe that did not answer.
    pub probe: Probe,
    /// What it was to look at.
    pub subject: Subject,
    /// Why it could not, as a fragment: `the container is not running`.
    pub reason: String,
    /// The root cause that it fails because of, where the diagnosis found one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_by: Option<Code>,
}

impl Gap {
    /// A gap of `probe` on `subject`.
    pub fn new(probe: Probe, subject: Subject, reason: impl Into<String>) -> Self {
        Self {
            probe,
            subject,
            reason: reason.into(),
            blocked_by: None,
        }
    }
}

/// The kinds of look that `ptctl` takes, one per source of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Probe {
    /// `/version` and `/info` of the engine.
    Engine,
    /// The list of containers and `inspect` of each.
    Containers,
    /// `inspect` of containers that are not of the stack.
    Strangers,
    /// The engine's networks.
    Networks,
    /// The engine's recent events.
    Events,
    /// A container's log.
    Logs,
    /// The environment that decides where a service sends its spans.
    ExportSettings,
    /// A service's own `/metrics`.
    ServiceMetrics,
    /// Where Tempo can be reached from here.
    TempoAddress,
    /// Tempo's `/ready`.
    TempoReady,
    /// Tempo's build information.
    TempoVersion,
    /// Tempo's configuration, from its API or from the file in its container.
    TempoConfig,
    /// Tempo's `/metrics`.
    TempoMetrics,
    /// Tempo's search.
    TempoSearch,
    /// Some traces by their ids.
    Traces,
    /// The volume behind a path of a container.
    Volume,
    /// The images of the containers.
    Images,
    /// The Compose files on disk.
    ComposeFiles,
    /// A collector's configuration file.
    CollectorConfig,
    /// A collector's own pages and counters.
    CollectorMetrics,
    /// Grafana's API.
    Grafana,
    /// Grafana's provisioning files.
    GrafanaProvisioning,
    /// Loki's API.
    Loki,
    /// Prometheus' API.
    Prometheus,
    /// Prometheus' configuration file.
    PrometheusConfig,
    /// The clock of the engine's host.
    Clock,
    /// The TCP sockets of a container's network namespace.
    Sockets,
    /// The way from a container's network namespace to an endpoint.
    NetworkPath,
    /// A span written with the settings of a service.
    Canary,
    /// Configuration files that a Compose file mounts from this machine.
    MountedFiles,
}

impl Probe {
    /// Whether a diagnosis without it would be blind: the engine, the stack, Tempo's state and readiness, and each
    /// traced service's configuration.
    pub fn is_essential(self) -> bool {
        match self {
            Self::Engine
            | Self::Containers
            | Self::TempoAddress
            | Self::TempoReady
            | Self::ExportSettings
            | Self::MountedFiles => true,
            Self::Strangers
            | Self::Networks
            | Self::Events
            | Self::Logs
            | Self::ServiceMetrics
            | Self::TempoVersion
            | Self::TempoConfig
            | Self::TempoMetrics
            | Self::TempoSearch
            | Self::Traces
            | Self::Volume
            | Self::Images
            | Self::ComposeFiles
            | Self::CollectorConfig
            | Self::CollectorMetrics
            | Self::Grafana
            | Self::GrafanaProvisioning
            | Self::Loki
            | Self::Prometheus
            | Self::PrometheusConfig
            | Self::NetworkPath
            | Self::Canary
            | Self::Clock
            | Self::Sockets => false,
        }
    }

    /// What the probe reads, for a person: `container log`.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Containers => "containers",
            Self::Strangers => "containers of other projects",
            Self::Networks => "networks",
            Self::Events => "engine events",
            Self::Logs => "container log",
            Self::ExportSettings => "export settings",
            Self::ServiceMetrics => "service metrics",
            Self::TempoAddress => "way to Tempo",
            Self::TempoReady => "Tempo readiness",
            Self::TempoVersion => "Tempo version",
            Self::TempoConfig => "Tempo configuration",
            Self::TempoMetrics => "Tempo metrics",
            Self::TempoSearch => "Tempo search",
            Self::Traces => "sampled traces",
            Self::Volume => "volume",
            Self::Images => "images",
            Self::ComposeFiles => "Compose files",
            Self::CollectorConfig => "collector configuration",
            Self::CollectorMetrics => "collector metrics",
            Self::Grafana => "Grafana API",
            Self::GrafanaProvisioning => "Grafana provisioning",
            Self::Loki => "Loki API",
            Self::Prometheus => "Prometheus API",
            Self::PrometheusConfig => "Prometheus configuration",
            Self::Clock => "clock",
            Self::Sockets => "sockets of the network namespace",
            Self::NetworkPath => "network path",
            Self::Canary => "canary",
            Self::MountedFiles => "mounted files",
        }
    }
}

//! A trace backend, as seen through its own API, its files and the engine.

mod metrics;
mod object_storage;
mod query;
mod query_terms;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::{
    metrics::{Discarded, GeneratorMetrics, Limit, TempoMetrics},
    object_storage::{ObjectStorage, StorageAnswers},
    query::{QueryAnswer, QueryPath, ReadBack},
    query_terms::QueryTerms,
};
use super::{AskedTrace, BlockStore, ContainerId, StoredData, TraceSample};
use crate::{document::Document, observed::Observed};

/// One trace backend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tempo {
    /// Its name: the Compose service, the container, or the host of `--tempo-url`.
    pub name: String,
    /// Its container; `None` for one outside this engine.
    pub container: Option<ContainerId>,
    /// How its HTTP API is reached from here.
    pub reached: Observed<Reached>,
    /// What `/ready` said.
    pub ready: Observed<Readiness>,
    /// What it is.
    pub version: Observed<TempoVersion>,
    /// Its configuration.
    pub config: Observed<TempoConfig>,
    /// Its configuration file as it is written, secrets redacted.
    pub file: Observed<Document>,
    /// Its counters.
    pub metrics: Observed<TempoMetrics>,
    /// The service names that it has spans of.
    pub services: Observed<Vec<String>>,
    /// The newest span found for each service name that was searched for.
    pub sightings: Observed<Vec<SpanSighting>>,
    /// The start of the oldest trace found.
    pub oldest_trace: Observed<Option<Timestamp>>,
    /// Some of its traces of late; `None` where nobody asked for any.
    #[serde(default)]
    pub sample: Option<Observed<TraceSample>>,
    /// Some of the traces that lines of logs name; `None` where nobody asked for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logged: Option<Observed<Vec<AskedTrace>>>,
    /// How it answers queries.
    pub query: Observed<QueryPath>,
    /// The volume behind its data.
    pub volume: Observed<VolumeUsage>,
    /// What lies there; `None` where its data is not on a disk of this engine.
    #[serde(default)]
    pub stored: Option<Observed<StoredData>>,
}

impl Tempo {
    /// The object storage that it keeps its blocks in, as far as its configuration is known.
    pub fn object_storage(&self) -> Option<&ObjectStorage> {
        self.config.known()?.object_storage.as_ref()
    }

    /// Its finished blocks, where they are files and could be read.
    pub fn store(&self) -> Option<&BlockStore> {
        if self.object_storage().is_some() {
            return None;
        }
        let version = self.version.known().map(|version| version.version.as_str());
        self.stored.as_ref()?.known()?.in_use(version)
    }
}

/// How a backend's HTTP API is reached from where `ptctl` runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// Through a port published on the engine's host.
    PublishedPort(String),
    /// At the container's own address.
    ContainerAddress(String),
    /// From inside the container's own network.
    Inside(String),
    /// At the address given by `--tempo-url`, credentials redacted.
    Given(String),
}

impl Reached {
    /// The base URL.
    pub fn url(&self) -> &str {
        match self {
            Self::PublishedPort(url)
            | Self::ContainerAddress(url)
            | Self::Inside(url)
            | Self::Given(url) => url,
        }
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PublishedPort(url) => write!(formatter, "{url} (published port)"),
            Self::ContainerAddress(url) => write!(formatter, "{url} (container address)"),
            Self::Inside(url) => write!(formatter, "{url} (inside the container)"),
            Self::Given(url) => write!(formatter, "{url} (--tempo-url)"),
        }
    }
}

/// What `/ready` said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    /// 200.
    Ready,
    /// Another status.
    NotReady {
        /// The HTTP status.
        status: u16,
        /// The body, trimmed.
        reason: String,
    },
    /// No answer at all.
    NoAnswer {
        /// The innermost cause: `connection refused`, `no answer within 2 s`.
        reason: String,
    },
}

/// What a backend says it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TempoVersion {
    /// The version: `3.0.3`, `main-1a2b3c4`.
    pub version: String,
    /// The branch or build name.
    pub branch: String,
}

/// The parts of a backend's configuration that decide whether traces arrive and stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TempoConfig {
    /// Where it was read: `/status/config` or a path in the container.
    pub source: String,
    /// The OTLP receivers.
    pub receivers: Vec<Receiver>,
    /// The port of its HTTP API.
    pub http_port: u16,
    /// How long blocks are kept.
    pub retention: Option<SignedDuration>,
    /// Whether every request needs a tenant.
    pub multitenancy: bool,
    /// How long searches leave fresh spans out (`query_frontend.query_end_cutoff`), where it is said.
    #[serde(default)]
    pub query_end_cutoff: Option<SignedDuration>,
    /// How its API wants to be asked.
    #[serde(default)]
    pub queries: QueryTerms,
    /// Where its blocks lie, in the container.
    pub storage_path: Option<String>,
    /// The object storage that its blocks lie in; `None` where they are files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_storage: Option<ObjectStorage>,
}

/// One OTLP receiver of a backend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    /// Its protocol.
    pub protocol: OtlpProtocol,
    /// The address it listens on: `0.0.0.0:4317`.
    pub endpoint: String,
}

/// The two transports of OTLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OtlpProtocol {
    /// OTLP over gRPC, by convention on port 4317.
    Grpc,
    /// OTLP over HTTP, by convention on port 4318.
    Http,
}

impl OtlpProtocol {
    /// The port that OTLP reserves for it (<https://opentelemetry.io/docs/specs/otlp/>).
    pub fn default_port(self) -> u16 {
        match self {
            Self::Grpc => 4317,
            Self::Http => 4318,
        }
    }

    /// Its name in a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Grpc => "gRPC",
            Self::Http => "HTTP",
        }
    }
}

/// The newest span of a service that the backend's search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpanSighting {
    /// The service name that was searched for.
    pub service_name: String,
    /// The end of the newest trace with a span of it; `None` when none was found in the window.
    pub last_at: Option<Timestamp>,
}

/// The volume or folder behind a backend's data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VolumeUsage {
    /// The volume's name or the folder on the host.
    pub name: String,
    /// Bytes used, as the engine or the file system counts them.
    pub used_bytes: Option<u64>,
    /// Free bytes of the disk that it lies on, where readable from here.
    pub free_bytes: Option<u64>,
    /// The size of that disk in bytes.
    pub disk_bytes: Option<u64>,
}

//! The facts of one look at a stack. Immutable, serialisable, secrets already redacted.
//!
//! Nothing here interprets: what a fact means is decided by the checks.

mod canary;
mod compose;
mod container;
mod counters;
mod delivery;
mod engine;
mod image;
mod logs;
mod neighbour;
mod network;
mod network_path;
mod sockets;
mod storage;
mod tempo;
mod trace_sample;
mod usage;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::{
    canary::{CANARY_SERVICE, Canary, CanaryShape, Fidelity, Flight, Landing, Sight},
    compose::{
        Beyond, Certainty, ComposeAttachment, ComposeDependency, ComposeLayer, ComposeLink,
        ComposeMount, ComposeNetworking, ComposePort, ComposePorts, ComposeProject, ComposeRun,
        ComposeService, ComposeText, ComposeVariable, ComposeWords, HostPort, NetworkOrigin,
        Placed, ReadFile,
    },
    container::{
        Attachment, Container, ContainerId, ContainerState, Elsewhere, EnvironmentVariable, Health,
        HealthCheck, HealthProbe, HealthStatus, Link, Mount, MountKind, PublishedPort,
        RestartPolicy, Role, Status,
    },
    counters::{BackendCounters, Counters},
    delivery::{
        ConnectFault, Delivery, ExportFault, ExportOutcome, Spoken, TlsFault, grpc_status_name,
    },
    engine::{EngineEvent, EngineEventKind, EngineFacts, EngineSource},
    image::Image,
    logs::{
        ErrorGroup, LogFacts, LogLine, LogWindow, LoggedTrace, NoticeGroup, RequestLines,
        SampledFlag, TraceIdCoverage,
    },
    neighbour::{
        AlloyAttribute, AlloyBlock, AlloyDocument, Collector, CollectorConfig, CollectorFlavour,
        CollectorMetrics, DataSource, Grafana, LogSource, Loki, Prometheus, ScrapeTarget,
    },
    network::Network,
    network_path::{
        Certificate, ConnectOutcome, Destination, Encryption, ExportAttempt, Ladder, LadderDepth,
        Listener, NameAnswer, NameQuestion, NameResult, NameSource, NetworkPath, Plaintext,
        Resolution, ResolverFile, RootsUsed, Rung, Speech, TlsSpeech, Trust, Wanted, Way, WayPlace,
        spoken_time,
    },
    sockets::{Connection, ConnectionState, Sockets},
    storage::{
        BlockStore, BlockTotals, DayTotals, FilesTotal, LevelTotals, LogFile, ProjectFiles,
        ProjectVolume, StoredData, TenantTotals, Unreadable, WalBlock, WalkEnd, WriteAheadLog,
    },
    tempo::{
        Discarded, GeneratorMetrics, Limit, ObjectStorage, OtlpProtocol, QueryAnswer, QueryPath,
        QueryTerms, Reached, ReadBack, Readiness, Receiver, SpanSighting, StorageAnswers, Tempo,
        TempoConfig, TempoMetrics, TempoVersion, VolumeUsage,
    },
    trace_sample::{
        AskedTrace, CredentialSighting, SampledResource, SampledSpan, SampledStatus, SampledTrace,
        TraceSample,
    },
    usage::{ServiceMetrics, SpanCounters},
};
use crate::observed::{Gap, Observed};

/// The version of the snapshot's shape; it grows when a reader of the old shape would misread the new one.
pub const SNAPSHOT_VERSION: u32 = 2;

/// Everything that one look found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The shape's version, [`SNAPSHOT_VERSION`] when written by this build.
    pub schema_version: u32,
    /// When the look began, by the clock of the machine that `ptctl` ran on. The checks' only clock.
    pub taken_at: Timestamp,
    /// The `ptctl` that looked.
    pub ptctl_version: String,
    /// Logs and events were read back to this moment.
    pub since: Timestamp,
    /// What the facts were read from.
    #[serde(default)]
    pub origin: Origin,
    /// The engine that was asked.
    pub engine: EngineFacts,
    /// Which stack this is about.
    pub stack: StackFacts,
    /// The containers of the stack and of every backend that belongs to it.
    pub containers: Vec<Container>,
    /// The other containers of the engine, by name only.
    pub elsewhere: Vec<Elsewhere>,
    /// The networks that those containers are on.
    pub networks: Observed<Vec<Network>>,
    /// What the engine reported about those containers since [`Snapshot::since`].
    pub events: Observed<Vec<EngineEvent>>,
    /// The ways that were tried from the services' own networks.
    #[serde(default)]
    pub network_paths: Vec<NetworkPath>,
    /// Spans that were written with the settings of services, to see what becomes of them; empty unless asked for.
    #[serde(default)]
    pub canaries: Vec<Canary>,
    /// The trace backends.
    pub tempos: Vec<Tempo>,
    /// What else the project has on the engine's disks.
    #[serde(default)]
    pub files: ProjectFiles,
    /// What the Compose files of the stack say.
    pub compose: Observed<ComposeProject>,
    /// The images of those containers.
    pub images: Observed<Vec<Image>>,
    /// The collectors between the services and the backends.
    pub collectors: Vec<Collector>,
    /// The Grafanas.
    pub grafanas: Vec<Grafana>,
    /// The Lokis.
    pub lokis: Vec<Loki>,
    /// The Prometheuses.
    pub prometheuses: Vec<Prometheus>,
    /// Looks that failed and belong to no single fact above.
    pub gaps: Vec<Gap>,
    /// What had been counted some time before, where the look was to count for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_before: Option<Counters>,
    /// What the look created on the engine and removed again, for a person.
    #[serde(default)]
    pub deeds: Vec<String>,
    /// The budget of the look ran out before all was read; what is missing is a gap.
    #[serde(default)]
    pub timed_out: bool,
}

/// What the facts of a snapshot were read from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// An engine and what runs on it.
    #[default]
    Engine,
    /// Files alone; nothing runs, and a container is what Compose would make of its service.
    Files,
}

/// Which stack was looked at, and how it was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackFacts {
    /// The Compose project, or `None` for containers that were started without Compose.
    pub project: Option<String>,
    /// Why this one, as a fragment: `the project of this folder`.
    pub chosen_by: String,
    /// Other traced projects on the same engine.
    pub other_projects: Vec<String>,
    /// The folder that the project was started from, from its labels.
    pub working_dir: Option<String>,
    /// The Compose files that the project was started from, from its labels.
    pub config_files: Vec<String>,
    /// The services that were asked for by name; all when empty.
    pub only_services: Vec<String>,
}

impl Snapshot {
    /// The container with this id.
    pub fn container(&self, id: &ContainerId) -> Option<&Container> {
        self.containers.iter().find(|container| container.id == *id)
    }

    /// The image that a container was made from; `Err` where images could not be read.
    pub fn image_of(&self, container: &Container) -> Result<Option<&Image>, Gap> {
        match &self.images {
            Observed::Known(images) => {
                Ok(images.iter().find(|image| image.id == container.image_id))
            }
            Observed::Unknown(gap) => Err(gap.clone()),
        }
    }
}

//! The settings that minitempo acts on.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::endpoint::Endpoint;
use crate::generator::GeneratorSettings;
use crate::ingest::Limits;
use crate::tenancy::Tenancy;

/// The settings of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the query API listens (`server.http_listen_address`, `server.http_listen_port`).
    pub http: Endpoint,
    /// Where OTLP over gRPC is received; `None` receives none.
    pub otlp_grpc: Option<Endpoint>,
    /// Where OTLP over HTTP is received; `None` receives none.
    pub otlp_http: Option<Endpoint>,
    /// The folder that holds the blocks; nothing outside it is touched.
    pub data: PathBuf,
    /// Whether tenants are told apart (`multitenancy_enabled`).
    pub tenancy: Tenancy,
    /// What a tenant may send (`overrides.defaults`).
    pub limits: Limits,
    /// Which metrics are made of spans; `None` makes none.
    pub generator: Option<GeneratorSettings>,
    /// How long spans are kept; zero keeps them for good.
    pub block_retention: Duration,
    /// How long one block takes spans.
    pub block_duration: Duration,
    /// How much payload one block takes, in bytes.
    pub block_bytes: u64,
    /// Bounds of a search (`query_frontend.search`).
    pub search: SearchSettings,
    /// From which level on lines are logged (`server.log_level`).
    pub log_level: LogLevel,
}

/// Bounds of a search. The defaults are Tempo 3.0's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchSettings {
    /// How many traces are found if a query does not say.
    pub default_limit: usize,
    /// How many traces a query may ask for; zero is no limit.
    pub max_limit: usize,
    /// How long a range of time a query may ask for; zero is no limit.
    pub max_duration: Duration,
    /// How many spans are shown of each trace if a query does not say.
    pub default_spans_per_span_set: usize,
}

impl Default for SearchSettings {
    fn default() -> Self {
        Self {
            default_limit: 20,
            max_limit: 262_144,
            max_duration: Duration::from_hours(168),
            default_spans_per_span_set: 3,
        }
    }
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogLevel {
    /// Everything.
    Debug,
    /// What happens in normal running, too.
    #[default]
    Info,
    /// What deserves a look.
    Warn,
    /// What failed.
    Error,
}

impl LogLevel {
    /// Reads the name that a configuration gives a level.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "debug" => Some(Self::Debug),
            "info" => Some(Self::Info),
            "warn" => Some(Self::Warn),
            "error" => Some(Self::Error),
            _ => None,
        }
    }
}

/// Where Tempo listens for queries if it is not told.
pub(crate) const DEFAULT_HTTP_PORT: u16 = 3200;
/// Where OTLP over gRPC is received if no port is given.
pub(crate) const DEFAULT_GRPC_PORT: u16 = 4317;
/// Where OTLP over HTTP is received if no port is given.
pub(crate) const DEFAULT_OTLP_HTTP_PORT: u16 = 4318;
/// Where the blocks lie if the configuration does not say: beside Tempo's own.
pub(crate) const DEFAULT_DATA: &str = "/var/tempo/minitempo";
/// How long Tempo keeps blocks if it is not told.
pub(crate) const DEFAULT_RETENTION: Duration = Duration::from_hours(336);
/// The longest time that one block covers.
const LONGEST_BLOCK: Duration = Duration::from_hours(1);
/// Bounds the time that checking an open block takes after a crash.
const BLOCK_BYTES: u64 = 64 << 20;

impl Config {
    /// What an empty configuration file means.
    pub fn defaults() -> Self {
        Self {
            http: Endpoint::new("", DEFAULT_HTTP_PORT),
            otlp_grpc: Some(Endpoint::new("localhost", DEFAULT_GRPC_PORT)),
            otlp_http: None,
            ..Self::ephemeral(Path::new(DEFAULT_DATA))
        }
    }

    /// Everything on ports of 127.0.0.1 that the system chooses, with the data in `data`: for tests and embedding.
    pub fn ephemeral(data: impl AsRef<Path>) -> Self {
        let anywhere = Endpoint::new("127.0.0.1", 0);
        Self {
            http: anywhere.clone(),
            otlp_grpc: Some(anywhere.clone()),
            otlp_http: Some(anywhere),
            data: data.as_ref().to_owned(),
            tenancy: Tenancy::Single,
            limits: Limits::default(),
            generator: None,
            block_retention: DEFAULT_RETENTION,
            block_duration: block_duration(DEFAULT_RETENTION),
            block_bytes: BLOCK_BYTES,
            search: SearchSettings::default(),
            log_level: LogLevel::Info,
        }
    }

    /// The same, with spans kept for this long; zero keeps them for good.
    #[must_use]
    pub fn keeping(self, retention: Duration) -> Self {
        Self {
            block_retention: retention,
            block_duration: block_duration(retention),
            ..self
        }
    }
}

/// Blocks short enough that whole ones can go soon after their spans are past retention.
pub(crate) fn block_duration(retention: Duration) -> Duration {
    if retention.is_zero() {
        return LONGEST_BLOCK;
    }
    (retention / 24).clamp(Duration::from_secs(1), LONGEST_BLOCK)
}

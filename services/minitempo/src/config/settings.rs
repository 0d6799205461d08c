//! The settings that minitempo acts on.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::ingest::Limits;
use crate::tenancy::Tenancy;

/// The settings of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the query API listens (`server.http_listen_*`).
    pub http: SocketAddr,
    /// Where OTLP over gRPC is received; `None` receives none.
    pub otlp_grpc: Option<SocketAddr>,
    /// Where OTLP over HTTP is received; `None` receives none.
    pub otlp_http: Option<SocketAddr>,
    /// The folder that holds the blocks; nothing outside it is touched.
    pub data: PathBuf,
    /// Whether tenants are told apart (`multitenancy_enabled`).
    pub tenancy: Tenancy,
    /// What a tenant may send (`overrides.defaults`).
    pub limits: Limits,
    /// How long spans are kept; zero keeps them for good.
    pub block_retention: Duration,
    /// How long one block takes spans.
    pub block_duration: Duration,
    /// How much payload one block takes, in bytes.
    pub block_bytes: u64,
}

/// How long Tempo keeps blocks if it is not told.
const DEFAULT_RETENTION: Duration = Duration::from_secs(336 * 3600);
/// The longest time that one block covers.
const LONGEST_BLOCK: Duration = Duration::from_secs(3600);
/// Bounds the time that checking an open block takes after a crash.
const BLOCK_BYTES: u64 = 64 << 20;

impl Config {
    /// Everything on ports of 127.0.0.1 that the system chooses, with the data in `data`: for tests and embedding.
    pub fn ephemeral(data: impl AsRef<Path>) -> Self {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            http: anywhere,
            otlp_grpc: Some(anywhere),
            otlp_http: Some(anywhere),
            data: data.as_ref().to_owned(),
            tenancy: Tenancy::Single,
            limits: Limits::default(),
            block_retention: DEFAULT_RETENTION,
            block_duration: block_duration(DEFAULT_RETENTION),
            block_bytes: BLOCK_BYTES,
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

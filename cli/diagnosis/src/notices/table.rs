//! The kinds of notices and the tables that tell them.

mod grafana;
mod object_storage;
mod tempo;

use serde::{Deserialize, Serialize};

pub(crate) use self::object_storage::StorageFault;
use super::Row;

/// Every table; the first row that fits a line wins.
pub(super) static TABLES: &[&[Row]] = &[tempo::ROWS, &object_storage::ROWS, grafana::ROWS];

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Tempo cannot write received traces to its storage.
    TempoWriteFailed,
    /// Tempo dropped a block of its write-ahead log at start, or read it in part.
    TempoWalReplayFailed,
    /// Tempo gave a block up for lost.
    TempoBlockLost,
    /// Tempo dropped spans of a trace over `max_bytes_per_trace`.
    TempoTraceTooLarge,
    /// Tempo dropped spans since too many traces were in memory.
    TempoLiveTracesExceeded,
    /// Tempo refused a batch over the rate limit.
    TempoRateLimited,
    /// Tempo got a request without a tenant.
    TempoTenantMissing,
    /// Tempo cut the values of attributes.
    TempoAttributesTruncated,
    /// Tempo refused or could not pass on a gRPC message over its limit.
    TempoMessageTooLarge,
    /// Tempo runs without its metrics generator; said at every start without one.
    TempoGeneratorNotConfigured,
    /// The target of Tempo's remote write refuses samples.
    TempoRemoteWriteRefused,
    /// Tempo cannot reach Kafka.
    TempoKafkaFailed,
    /// Tempo finds no member of a ring that it writes to.
    TempoRingEmpty,
    /// Tempo's object storage does not answer, or refuses what Tempo asks of it.
    TempoStorageUnreachable,
    /// Tempo warns of its configuration at start.
    TempoConfigurationWarning,
    /// Tempo was given limits in the flat form of before 2.3.
    TempoLegacyOverrides,
    /// Tempo found blocks in a format that it no longer reads.
    TempoBlockVersionUnknown,
    /// Tempo answered a query without certainty that the newest data is in it.
    TempoIncompleteResults,
    /// Grafana could not provision its data sources.
    GrafanaProvisioningFailed,
}

//! A backend's counters.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::StorageAnswers;

/// A backend's counters since its start. A counter that it does not have counts as zero, since most appear only when
/// they first move; an `Option` is one whose absence tells something.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TempoMetrics {
    /// When its process started (`process_start_time_seconds`).
    pub started_at: Option<Timestamp>,
    /// Spans answered with OK (`tempo_receiver_accepted_spans`), also those dropped later.
    pub accepted: u64,
    /// Spans answered with an error (`tempo_receiver_refused_spans`).
    pub refused: u64,
    /// Spans that passed the rate limit (`tempo_distributor_spans_received_total`).
    pub received: u64,
    /// Spans thrown away, by reason (`tempo_discarded_spans_total`), zeros left out.
    pub discarded: Vec<Discarded>,
    /// Attributes whose value was cut (`tempo_distributor_attributes_truncated_total`).
    pub attributes_truncated: u64,
    /// Traces in memory (`tempo_ingester_live_traces` of 2.x, `tempo_live_store_live_traces` of 3.x).
    pub live_traces: Option<u64>,
    /// Blocks that could not be written (`tempo_ingester_failed_flushes_total` of 2.x,
    /// `tempo_live_store_local_failed_flushes_total` and `tempo_live_store_failed_completions_total` of 3.x).
    pub failed_flushes: u64,
    /// Failures of the backend scheduler to save its work (`tempo_backend_scheduler_work_flushes_failed_total`).
    pub work_flushes_failed: u64,
    /// Queries answered without certainty that the newest data is in it (`tempo_live_store_lagged_requests_total`).
    pub lagged_requests: u64,
    /// Blocks deleted by retention (`tempodb_retention_deleted_total`).
    pub retention_deleted: Option<u64>,
    /// Failures of retention (`tempodb_retention_errors_total`).
    pub retention_errors: u64,
    /// Failures of compaction (`tempodb_compaction_errors_total`).
    pub compaction_errors: u64,
    /// Failures to list the stored blocks (`tempodb_blocklist_poll_errors_total`).
    pub poll_errors: u64,
    /// Bytes of the data of the blocks that queries read, as of the last poll
    /// (`tempodb_backend_bytes_total{status="live"}`): without their bloom filters and indexes.
    pub stored_bytes: Option<u64>,
    /// Likewise of blocks that wait to be deleted (`status="compacted"`).
    #[serde(default)]
    pub compacted_bytes: Option<u64>,
    /// Traces in the blocks that queries read, counted in each that has a part of them
    /// (`tempodb_backend_objects_total{status="live"}`).
    #[serde(default)]
    pub stored_traces: Option<u64>,
    /// Blocks in its list, as of its last poll (`tempodb_blocklist_length`).
    #[serde(default)]
    pub listed_blocks: Option<u64>,
    /// How its object storage answered, by status; empty where its blocks are files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub storage_answers: Vec<StorageAnswers>,
    /// The limits that hold for a tenant without limits of its own (`tempo_limits_defaults`).
    pub limits: Vec<Limit>,
    /// What its metrics generator counts.
    pub generator: GeneratorMetrics,
}

impl TempoMetrics {
    /// The value of a limit: `max_bytes_per_trace`.
    pub fn limit(&self, name: &str) -> Option<u64> {
        self.limits
            .iter()
            .find(|limit| limit.name == name)
            .map(|limit| limit.value)
    }
}

/// Spans that a backend threw away for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discarded {
    /// Tempo's word for the reason: `rate_limited`.
    pub reason: String,
    /// How many spans.
    pub spans: u64,
}

/// One limit of a backend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Its name: `max_bytes_per_trace`.
    pub name: String,
    /// Its value; times are in nanoseconds.
    pub value: u64,
}

/// What the metrics generator of a backend counts since its start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneratorMetrics {
    /// Spans that it was given (`tempo_metrics_generator_spans_received_total`); `None` while it was given none.
    pub spans_received: Option<u64>,
    /// Spans that it left out, by reason (`tempo_metrics_generator_spans_discarded_total`), zeros left out.
    pub spans_discarded: Vec<Discarded>,
    /// Calls whose other side did not come in time and is not known to send no spans
    /// (`tempo_metrics_generator_processor_service_graphs_expired_edges`); `None` without that processor.
    pub unpaired_edges: Option<u64>,
    /// Calls of which any side was seen, those without the other included
    /// (`tempo_metrics_generator_processor_service_graphs_edges`).
    pub edges: Option<u64>,
    /// Samples that no remote write took (`prometheus_remote_storage_samples_failed_total`).
    pub remote_write_failed: u64,
    /// Samples handed to remote write (`prometheus_remote_storage_samples_in_total`); `None` without remote write.
    pub remote_write_samples: Option<u64>,
}

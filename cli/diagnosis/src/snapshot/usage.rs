//! What a service says about itself on its own `/metrics`.

use serde::{Deserialize, Serialize};

/// A service's own counters since its start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceMetrics {
    /// Where they were read: `http://127.0.0.1:9080/metrics`.
    pub url: String,
    /// HTTP requests served, health and metrics requests left out where the service tells them apart.
    pub requests: Option<u64>,
    /// Those of them that were answered with a server's error, where it tells the answers apart.
    #[serde(default)]
    pub failed_requests: Option<u64>,
    /// What became of its spans; `None` where it does not say.
    pub spans: Option<SpanCounters>,
}

/// What became of the spans that a process made, since its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpanCounters {
    /// Ended and sampled.
    pub made: u64,
    /// Accepted by the backend.
    pub sent: u64,
    /// Given up after a failed export.
    pub failed: u64,
    /// Dropped because the queue was full.
    pub dropped: u64,
    /// Waiting to be sent.
    pub waiting: u64,
}

//! How a container's health is probed, and what came of it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

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

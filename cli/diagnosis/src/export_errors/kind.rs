//! The words of a verdict on a line.

use serde::{Deserialize, Serialize};

/// Whether the data of a failed export is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// It is.
    Yes,
    /// It will be tried again.
    No,
    /// The line does not say.
    Unknown,
}

/// The signal that a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Spans.
    Traces,
    /// Metrics.
    Metrics,
    /// Log records.
    Logs,
    /// The line does not say.
    Unknown,
}

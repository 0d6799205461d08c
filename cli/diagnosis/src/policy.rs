//! What counts as a failure: thresholds that a user can move.

use serde::{Deserialize, Serialize};

use crate::finding::Severity;

/// The user's choices for a diagnosis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Findings at or above this severity make the exit code 1.
    pub fail_on: Severity,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            fail_on: Severity::Warning,
        }
    }
}

//! From where on a diagnosis counts as a failure.

use crate::{diagnosis::Diagnosis, finding::Severity};

/// The least that makes a diagnosis a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Threshold {
    /// Findings that are errors.
    Error,
    /// Findings that are warnings or worse.
    #[default]
    Warning,
    /// Any finding.
    Info,
    /// Any finding, and any look that failed without a cause that explains it.
    Gap,
}

impl Threshold {
    /// Whether a finding of this severity counts as a failure.
    pub fn counts(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Info | Self::Gap => true,
        }
    }

    /// Whether a diagnosis counts as a failure.
    pub fn is_reached_by(self, diagnosis: &Diagnosis) -> bool {
        diagnosis.worst().is_some_and(|worst| self.counts(worst))
            || self == Self::Gap && !diagnosis.gaps.is_empty()
    }
}

//! The result of a diagnosis.

use serde::{Deserialize, Serialize};

use crate::{
    code::Code,
    finding::{Finding, Severity},
    observed::Gap,
    subject::Subject,
};

/// What is wrong, folded under root causes, and what could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// Root causes, the worst first.
    pub causes: Vec<RootCause>,
    /// Looks that failed and that no cause explains.
    pub gaps: Vec<Gap>,
    /// Checks that looked and found nothing wrong.
    pub passed: Vec<Passed>,
    /// Checks whose question does not arise here.
    pub not_applicable: Vec<NotApplicable>,
}

/// A finding that nothing else explains, with all that it explains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootCause {
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
    /// What follows from it.
    pub symptoms: Vec<Finding>,
    /// Looks that failed because of it.
    pub blocked: Vec<Gap>,
}

/// A check that found nothing wrong with a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// The check.
    pub code: Code,
    /// What it looked at.
    pub subject: Subject,
}

/// A check whose question does not arise for a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotApplicable {
    /// The check.
    pub code: Code,
    /// What it would have looked at.
    pub subject: Subject,
    /// Why not.
    pub why: String,
}

impl Diagnosis {
    /// Every finding, root causes and symptoms alike.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.causes
            .iter()
            .flat_map(|cause| std::iter::once(&cause.finding).chain(&cause.symptoms))
    }

    /// The worst severity found.
    pub fn worst(&self) -> Option<Severity> {
        self.findings().map(|finding| finding.severity).max()
    }

    /// Whether an essential look failed and nothing explains why: then "no finding" would mean nothing.
    pub fn is_blind(&self) -> bool {
        self.gaps.iter().any(|gap| gap.probe.is_essential())
    }
}

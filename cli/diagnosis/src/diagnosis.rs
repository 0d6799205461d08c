//! The result of a diagnosis.

use serde::{Deserialize, Serialize};

use crate::{
    code::Code,
    engine::{Entry, Ledger, Look, Path},
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
    /// Checks that could not look.
    #[serde(default)]
    pub unchecked: Vec<Unchecked>,
    /// The ways of the services' spans, equal ones once; those that a cause breaks first.
    #[serde(default)]
    pub paths: Vec<Path>,
    /// What became of the spans, as far as anybody counts them.
    #[serde(default)]
    pub ledger: Option<Ledger>,
    /// The one look that would decide, where no cause is proven.
    #[serde(default)]
    pub deciding_look: Option<Look>,
    /// Findings that somebody has decided to live with; they do not count.
    #[serde(default)]
    pub suppressed: Vec<Suppressed>,
    /// Findings that the baseline has as well; they do not count.
    #[serde(default)]
    pub known: Vec<Known>,
    /// Checks that the user did not choose.
    #[serde(default)]
    pub not_selected: Vec<Code>,
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
    /// What happened around it, oldest first.
    #[serde(default)]
    pub timeline: Vec<Entry>,
}

/// A finding that is not to count, and who said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppressed {
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
    /// The cause that explains it; `None` where it is a root cause itself.
    pub beneath: Option<Reference>,
    /// Where the rule stands: `--suppress`, `.ptctl.toml:12`.
    pub origin: String,
    /// Why, in the words of whoever made the rule.
    pub reason: Option<String>,
}

/// A finding that an earlier look had as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
    /// The cause that explains it; `None` where it is a root cause itself.
    pub beneath: Option<Reference>,
}

/// Which finding is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The finding's code.
    pub code: Code,
    /// What the finding is about.
    pub subject: Subject,
}

impl Reference {
    /// A reference to a finding.
    pub fn to(finding: &Finding) -> Self {
        Self {
            code: finding.code,
            subject: finding.subject.clone(),
        }
    }
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

/// A check that could not look at a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unchecked {
    /// The check.
    pub code: Code,
    /// What it was to look at.
    pub subject: Subject,
    /// The look that failed.
    pub gap: Gap,
    /// The root cause that the look fails because of; `None` where none explains it.
    pub blocked_by: Option<Reference>,
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

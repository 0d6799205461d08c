//! What the user wants to hear of and what counts as a failure. No policy changes what a check sees.

mod apply;
mod baseline;
mod selection;
mod suppression;
mod threshold;

pub use self::{
    baseline::{Baseline, Fingerprint},
    selection::Selection,
    suppression::{IGNORE_LABEL, NotARule, Rule, Suppression, unknown_in_labels},
    threshold::Threshold,
};

/// The user's choices for a diagnosis.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// What makes the exit code 1.
    pub fail_on: Threshold,
    /// Which checks count.
    pub selection: Selection,
    /// Findings that are not to count, besides those that labels of containers name.
    pub suppressions: Vec<Suppression>,
    /// The findings of an earlier look, which are not to count again.
    pub baseline: Option<Baseline>,
}

//! What changed between two snapshots of a stack: its containers, its backends, and what is wrong with it.

mod containers;
mod tempos;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    diagnose,
    diagnosis::Diagnosis,
    finding::{Finding, Severity},
    policy::Policy,
    snapshot::Snapshot,
    subject::Subject,
};

/// What changed from one snapshot to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// When the first was taken.
    pub from: Timestamp,
    /// When the second was taken.
    pub to: Timestamp,
    /// What is there now and was not, is gone, or is otherwise, in the order of the subjects.
    pub changes: Vec<Change>,
    /// Findings of the second that the first does not have.
    pub appeared: Vec<FindingOf>,
    /// Findings of the first that the second does not have.
    pub gone: Vec<FindingOf>,
    /// How many findings both have.
    pub remained: usize,
}

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Change {
    /// What it is about.
    pub subject: Subject,
    /// What changed, in the words of the report: `image`, `variable OTEL_SDK_DISABLED`.
    pub what: String,
    /// How it was; `None` where it was not there.
    pub before: Option<String>,
    /// How it is; `None` where it is no longer there.
    pub after: Option<String>,
}

/// A finding as far as two looks can be compared by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingOf {
    /// The check's code.
    pub code: crate::code::Code,
    /// What it is about.
    pub subject: Subject,
    /// How bad it is.
    pub severity: Severity,
    /// The finding's sentence.
    pub message: String,
}

impl Difference {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.appeared.is_empty() && self.gone.is_empty()
    }
}

/// Compares two snapshots, the older one first.
pub fn compare(before: &Snapshot, after: &Snapshot) -> Difference {
    let mut changes = containers::changes(before, after);
    changes.extend(tempos::changes(before, after));
    changes.sort();
    let policy = Policy::default();
    let (old, new) = (diagnose(before, &policy), diagnose(after, &policy));
    Difference {
        from: before.taken_at,
        to: after.taken_at,
        changes,
        appeared: missing_from(&old, &new),
        gone: missing_from(&new, &old),
        remained: new.findings().filter(|finding| has(&old, finding)).count(),
    }
}

/// The findings of `there` that `here` does not have.
fn missing_from(here: &Diagnosis, there: &Diagnosis) -> Vec<FindingOf> {
    there
        .findings()
        .filter(|finding| !has(here, finding))
        .map(|finding| FindingOf {
            code: finding.code,
            subject: finding.subject.clone(),
            severity: finding.severity,
            message: finding.message.clone(),
        })
        .collect()
}

fn has(diagnosis: &Diagnosis, finding: &Finding) -> bool {
    diagnosis
        .findings()
        .any(|other| other.code == finding.code && other.subject == finding.subject)
}

/// One value that may differ.
fn changed(
    subject: &Subject,
    what: impl Into<String>,
    before: Option<String>,
    after: Option<String>,
) -> Option<Change> {
    (before != after).then(|| Change {
        subject: subject.clone(),
        what: what.into(),
        before,
        after,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixtures, snapshot::Status};

    #[test]
    fn a_snapshot_does_not_differ_from_itself() {
        let healthy = fixtures::healthy();
        let difference = compare(&healthy, &healthy);
        assert!(difference.is_empty(), "{difference:?}");
        assert_eq!(difference.remained, 0);
    }

    #[test]
    fn what_changed_and_what_is_wrong_since_are_both_told() {
        let before = fixtures::healthy();
        let mut after = fixtures::healthy();
        after.stop_tempo(Status::Exited, 1);
        after.set_variable("scraper", "OTEL_SDK_DISABLED", "true");
        after
            .containers
            .retain(|container| container.service.as_deref() != Some("controller"));
        let difference = compare(&before, &after);
        let told: Vec<String> = difference
            .changes
            .iter()
            .map(|change| format!("{} {}", change.subject.name(), change.what))
            .collect();
        assert!(
            told.contains(&"controller container".to_owned()),
            "{told:?}"
        );
        assert!(told.contains(&"tempo state".to_owned()), "{told:?}");
        assert!(
            told.contains(&"scraper variable OTEL_SDK_DISABLED".to_owned()),
            "{told:?}"
        );
        let appeared: Vec<String> = difference
            .appeared
            .iter()
            .map(|finding| finding.code.to_string())
            .collect();
        assert!(appeared.contains(&"PT0102".to_owned()), "{appeared:?}");
    }

    #[test]
    fn what_was_mended_is_told_the_other_way_round() {
        let mut before = fixtures::healthy();
        before.stop_tempo(Status::Exited, 1);
        let difference = compare(&before, &fixtures::healthy());
        assert_eq!(difference.appeared, []);
        assert!(!difference.gone.is_empty());
    }
}

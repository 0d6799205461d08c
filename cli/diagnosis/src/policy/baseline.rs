//! The findings of an earlier look, by what stays the same when the same thing is wrong again.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    diagnosis::Diagnosis,
    finding::{Evidence, EvidenceKind, Finding},
};

/// What tells one problem from another across looks: the code, the subject, and the settings that prove it. Times,
/// counts, log lines and places within a file are left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of a finding.
    pub fn of(finding: &Finding) -> Self {
        let settings: BTreeSet<String> = finding.evidence.iter().filter_map(stable).collect();
        let mut hash = Fnv::new();
        hash.add(&finding.code.to_string());
        hash.add(&finding.subject.to_string());
        for setting in settings {
            hash.add(&setting);
        }
        Self(format!("{:016x}", hash.0))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What of a proof is the same in every look, on every machine: what is set, and the name of the file that sets it.
fn stable(evidence: &Evidence) -> Option<String> {
    match evidence.kind {
        EvidenceKind::Variable => Some(evidence.text.clone()),
        EvidenceKind::Configuration => {
            let file = evidence.location.as_ref().map(|location| &location.file);
            let name = file.and_then(|file| file.rsplit('/').next());
            Some(format!("{}: {}", name.unwrap_or_default(), evidence.text))
        }
        EvidenceKind::Container
        | EvidenceKind::Log
        | EvidenceKind::Http
        | EvidenceKind::Metric
        | EvidenceKind::Event
        | EvidenceKind::Search
        | EvidenceKind::Socket
        | EvidenceKind::Network => None,
    }
}

/// FNV-1a with 64 bits: the same on every machine and in every version, and nobody attacks it here.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, text: &str) {
        // No text holds the byte 0xff, so that two texts never read like one.
        for byte in text.bytes().chain([0xff]) {
            self.0 ^= u64::from(byte);
            self.0 = self.0.wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// The findings of an earlier look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    known: BTreeSet<Fingerprint>,
}

impl Baseline {
    /// Everything that a diagnosis found, whether it counted then or not.
    pub fn of(diagnosis: &Diagnosis) -> Self {
        let suppressed = diagnosis.suppressed.iter().map(|other| &other.finding);
        let known = diagnosis.known.iter().map(|other| &other.finding);
        diagnosis
            .findings()
            .chain(suppressed)
            .chain(known)
            .map(Fingerprint::of)
            .collect()
    }

    pub(super) fn knows(&self, finding: &Finding) -> bool {
        self.known.contains(&Fingerprint::of(finding))
    }
}

impl FromIterator<Fingerprint> for Baseline {
    fn from_iter<I: IntoIterator<Item = Fingerprint>>(fingerprints: I) -> Self {
        Self {
            known: fingerprints.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diagnose, finding::Location, fixtures, policy::Policy};

    fn finding() -> Finding {
        let broken = fixtures::broken()
            .into_iter()
            .find(|broken| broken.code == "PT0302")
            .unwrap();
        let diagnosis = diagnose(&broken.snapshot, &Policy::default());
        diagnosis.causes[0].finding.clone()
    }

    #[test]
    fn times_counts_and_lines_do_not_change_a_fingerprint() {
        let before = finding();
        let mut after = before.clone();
        after.message = "the same in other words, 17 times".to_owned();
        after.since = None;
        after.evidence.reverse();
        after
            .evidence
            .push(Evidence::new(EvidenceKind::Log, "scraper", "line 17"));
        assert_eq!(Fingerprint::of(&before), Fingerprint::of(&after));
    }

    #[test]
    fn a_setting_that_moved_within_its_file_is_the_same_one() {
        let at = |file: &str, line, text: &str| {
            let mut finding = finding();
            finding.evidence = vec![Evidence::setting(Location::new(file, line, 3), text)];
            Fingerprint::of(&finding)
        };
        let before = at("/srv/shop/compose.yml", 4, "PORT: 1");
        assert_eq!(before, at("/home/ci/shop/compose.yml", 9, "PORT: 1"));
        assert_ne!(before, at("/srv/shop/compose.yml", 4, "PORT: 2"));
    }

    #[test]
    fn another_code_subject_or_setting_is_another_problem() {
        let before = finding();
        let mut other = before.clone();
        other.subject = crate::subject::Subject::Service("controller".to_owned());
        assert_ne!(Fingerprint::of(&before), Fingerprint::of(&other));
        let mut other = before.clone();
        other.evidence = vec![Evidence::new(EvidenceKind::Variable, "scraper", "A=b")];
        assert_ne!(Fingerprint::of(&before), Fingerprint::of(&other));
    }

    #[test]
    fn a_fingerprint_is_the_same_in_every_version() {
        let mut finding = finding();
        finding.evidence.clear();
        assert_eq!(Fingerprint::of(&finding).to_string(), "31e39a54619c249d");
    }
}

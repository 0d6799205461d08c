//! Applying a policy to what was found: what does not count is set aside, never lost.

use super::{Policy, suppression};
use crate::{
    diagnosis::{Diagnosis, Known, Reference, RootCause, Suppressed},
    finding::Finding,
    snapshot::Snapshot,
};

/// Why a finding does not count.
#[derive(Debug, Clone)]
enum Reason {
    Suppressed {
        origin: String,
        reason: Option<String>,
    },
    Known,
}

impl Policy {
    /// The diagnosis with everything set aside that the user does not want to count.
    ///
    /// A cause that is set aside takes with it the symptoms that are no worse than itself; a worse one keeps its cause
    /// in the report. A symptom that is set aside stays a symptom: it says beneath which cause it stood. The looks that
    /// fail because of a cause that is set aside are gaps again, since suppressing a cause lets nobody see more.
    pub(crate) fn apply(&self, mut diagnosis: Diagnosis, snapshot: &Snapshot) -> Diagnosis {
        let causes = self.selection.choose(std::mem::take(&mut diagnosis.causes));
        diagnosis.not_selected = self.selection.left_out();
        for cause in causes {
            self.sort(cause, snapshot, &mut diagnosis);
        }
        diagnosis.gaps.sort();
        diagnosis.gaps.dedup();
        diagnosis
    }

    fn sort(&self, mut cause: RootCause, snapshot: &Snapshot, diagnosis: &mut Diagnosis) {
        let severity = cause.finding.severity;
        let beneath = Reference::to(&cause.finding);
        let symptoms: Vec<_> = std::mem::take(&mut cause.symptoms)
            .into_iter()
            .map(|symptom| (self.reason(&symptom, snapshot), symptom))
            .collect();
        let keeps = symptoms
            .iter()
            .any(|(reason, symptom)| reason.is_none() && symptom.severity > severity);
        let own = self.reason(&cause.finding, snapshot).filter(|_| !keeps);
        if let Some(reason) = &own {
            set_aside(diagnosis, reason.clone(), cause.finding.clone(), None);
            diagnosis.gaps.append(&mut cause.blocked);
        }
        for (reason, symptom) in symptoms {
            match reason.or_else(|| own.clone()) {
                Some(reason) => set_aside(diagnosis, reason, symptom, Some(beneath.clone())),
                None => cause.symptoms.push(symptom),
            }
        }
        if own.is_none() {
            diagnosis.causes.push(cause);
        }
    }

    fn reason(&self, finding: &Finding, snapshot: &Snapshot) -> Option<Reason> {
        let by_rule = self.suppressions.iter().find(|rule| rule.covers(finding));
        let rule = by_rule
            .cloned()
            .or_else(|| suppression::by_label(finding, snapshot));
        if let Some(rule) = rule {
            return Some(Reason::Suppressed {
                origin: rule.origin,
                reason: rule.reason,
            });
        }
        let baseline = self.baseline.as_ref()?;
        baseline.knows(finding).then_some(Reason::Known)
    }
}

fn set_aside(
    diagnosis: &mut Diagnosis,
    reason: Reason,
    finding: Finding,
    beneath: Option<Reference>,
) {
    match reason {
        Reason::Suppressed { origin, reason } => diagnosis.suppressed.push(Suppressed {
            finding,
            beneath,
            origin,
            reason,
        }),
        Reason::Known => diagnosis.known.push(Known { finding, beneath }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        diagnose, fixtures,
        observed::Gap,
        policy::{Baseline, IGNORE_LABEL, Suppression},
    };

    fn broken(code: &str) -> Snapshot {
        let found = fixtures::broken()
            .into_iter()
            .find(|broken| broken.code == code);
        found.unwrap().snapshot
    }

    fn suppressing(rules: &[&str]) -> Policy {
        let suppressions = rules.iter().map(|rule| Suppression {
            rule: rule.parse().unwrap(),
            origin: "--suppress".to_owned(),
            reason: None,
        });
        Policy {
            suppressions: suppressions.collect(),
            ..Policy::default()
        }
    }

    fn codes<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<String> {
        findings.map(|finding| finding.code.to_string()).collect()
    }

    #[test]
    fn a_suppressed_cause_takes_its_symptoms_along_and_leaves_its_gaps() {
        let snapshot = broken("PT0105");
        let whole = diagnose(&snapshot, &Policy::default());
        let diagnosis = diagnose(&snapshot, &suppressing(&["PT0105=tempo"]));
        assert_eq!(diagnosis.causes, []);
        assert_eq!(
            codes(diagnosis.suppressed.iter().map(|other| &other.finding)),
            codes(whole.findings())
        );
        assert_eq!(diagnosis.gaps, whole.causes[0].blocked);
    }

    #[test]
    fn a_suppressed_symptom_says_beneath_which_cause_it_stood() {
        let snapshot = broken("PT0105");
        let diagnosis = diagnose(&snapshot, &suppressing(&["PT0503=scraper"]));
        assert_eq!(
            codes(diagnosis.findings()),
            ["PT0105", "PT0201", "PT0503"],
            "the controller's still counts"
        );
        let [suppressed] = diagnosis.suppressed.as_slice() else {
            panic!("{:?}", diagnosis.suppressed)
        };
        assert_eq!(suppressed.finding.subject.name(), "scraper");
        let beneath = suppressed.beneath.as_ref().unwrap();
        assert_eq!(beneath.code.to_string(), "PT0105");
    }

    #[test]
    fn a_rule_for_another_subject_suppresses_nothing() {
        let snapshot = broken("PT0302");
        let diagnosis = diagnose(&snapshot, &suppressing(&["PT0302=other*"]));
        assert_eq!(diagnosis.suppressed, []);
        assert_eq!(diagnosis, diagnose(&snapshot, &Policy::default()));
    }

    #[test]
    fn a_label_speaks_for_its_own_container_alone() {
        let mut snapshot = broken("PT0302");
        let subject = diagnose(&snapshot, &Policy::default()).causes[0]
            .finding
            .subject
            .clone();
        let label = (IGNORE_LABEL.to_owned(), "PT0101, PT0302".to_owned());
        let other = snapshot
            .containers
            .iter_mut()
            .find(|container| container.display_name() != subject.name())
            .unwrap();
        other.labels.push(label.clone());
        let policy = Policy::default();
        assert_eq!(diagnose(&snapshot, &policy).suppressed, []);
        snapshot.service_mut(subject.name()).labels.push(label);
        let diagnosis = diagnose(&snapshot, &policy);
        assert_eq!(diagnosis.causes, []);
        assert!(diagnosis.suppressed[0].origin.contains(IGNORE_LABEL));
    }

    #[test]
    fn a_worse_symptom_keeps_its_suppressed_cause_in_the_report() {
        let snapshot = broken("PT0105");
        let mut whole = diagnose(&snapshot, &Policy::default());
        whole.causes[0].finding.severity = crate::finding::Severity::Info;
        let diagnosis = suppressing(&["PT0105"]).apply(whole, &snapshot);
        assert_eq!(diagnosis.causes.len(), 1);
        assert_eq!(diagnosis.suppressed, []);
    }

    #[test]
    fn what_the_baseline_knows_does_not_count_and_what_is_new_does() {
        let before = diagnose(&broken("PT0302"), &Policy::default());
        let policy = Policy {
            baseline: Some(Baseline::of(&before)),
            ..Policy::default()
        };
        let same = diagnose(&broken("PT0302"), &policy);
        assert_eq!(same.causes, []);
        assert_eq!(
            codes(same.known.iter().map(|known| &known.finding)),
            codes(before.findings())
        );
        assert_eq!(Baseline::of(&same), Baseline::of(&before));
        let new = diagnose(&broken("PT0105"), &policy);
        assert_eq!(new.causes[0].finding.code.to_string(), "PT0105");
        assert_eq!(new.known, []);
    }

    /// Every gap, whatever blocks it.
    fn gaps(diagnosis: &Diagnosis) -> BTreeSet<Gap> {
        let blocked = diagnosis.causes.iter().flat_map(|cause| &cause.blocked);
        let gaps = diagnosis.gaps.iter().chain(blocked);
        gaps.map(|gap| Gap::new(gap.probe, gap.subject.clone(), &*gap.reason))
            .collect()
    }

    #[test]
    fn no_policy_loses_a_finding_or_a_gap() {
        for broken in fixtures::broken() {
            let whole = diagnose(&broken.snapshot, &Policy::default());
            let mut expected = codes(whole.findings());
            let diagnosis = diagnose(&broken.snapshot, &suppressing(&["PT0503", broken.code]));
            let suppressed = diagnosis.suppressed.iter().map(|other| &other.finding);
            let mut found = codes(diagnosis.findings().chain(suppressed));
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{}", broken.code);
            assert_eq!(gaps(&diagnosis), gaps(&whole), "{}", broken.code);
        }
    }
}

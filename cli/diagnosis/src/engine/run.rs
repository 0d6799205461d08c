//! Running every check on every subject that it applies to.

use std::collections::BTreeSet;

use super::attribute::{attribute, explain};
use crate::{
    catalogue::CATALOGUE,
    check::{Check, Examine, Outcome, Verdict},
    diagnosis::{Diagnosis, NotApplicable, Passed},
    finding::Finding,
    observed::Gap,
    policy::Policy,
    snapshot::Snapshot,
    subject::Subject,
    view::Stack,
};

/// Diagnoses a snapshot: the same snapshot and policy give the same diagnosis, byte for byte.
pub fn diagnose(snapshot: &Snapshot, policy: &Policy) -> Diagnosis {
    let stack = Stack::of(snapshot);
    let mut tally = Tally::default();
    for check in CATALOGUE {
        for (subject, verdict) in examine(check, &stack, policy) {
            tally.count(check, subject, verdict);
        }
    }
    tally.gaps.extend(snapshot.gaps.iter().cloned());
    tally.gaps.extend(snapshot.networks.gap().cloned());
    tally.gaps.extend(snapshot.events.gap().cloned());
    let mut causes = attribute(tally.findings, &stack);
    let gaps = explain(tally.gaps.into_iter().collect(), &mut causes);
    Diagnosis {
        causes,
        gaps,
        passed: tally.passed,
        not_applicable: tally.not_applicable,
    }
}

fn examine(check: &Check, stack: &Stack<'_>, policy: &Policy) -> Vec<(Subject, Verdict)> {
    match check.examine {
        Examine::Stack(examine) => vec![(Subject::Stack, examine(stack, policy))],
        Examine::EachService(examine) => stack
            .services
            .iter()
            .map(|service| (service.subject.clone(), examine(service, stack, policy)))
            .collect(),
        Examine::EachBackend(examine) => stack
            .backends
            .iter()
            .map(|backend| (backend.subject.clone(), examine(backend, stack, policy)))
            .collect(),
    }
}

#[derive(Default)]
struct Tally {
    findings: Vec<Finding>,
    gaps: BTreeSet<Gap>,
    passed: Vec<Passed>,
    not_applicable: Vec<NotApplicable>,
}

impl Tally {
    fn count(&mut self, check: &Check, subject: Subject, verdict: Verdict) {
        let code = check.code;
        match verdict {
            Ok(Outcome::Pass) => self.passed.push(Passed { code, subject }),
            Ok(Outcome::NotApplicable(why)) => self.not_applicable.push(NotApplicable {
                code,
                subject,
                why: why.to_owned(),
            }),
            Ok(Outcome::Fail(report)) => self.findings.push(report.into_finding(check, subject)),
            Err(gap) => {
                self.gaps.insert(gap);
            }
        }
    }
}

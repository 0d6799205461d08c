//! Running every check on every subject that it applies to.

use std::collections::BTreeSet;

use super::{
    attribute::{attribute, explain},
    detail::detail,
    files::{is_of_files, weighed},
    places::locate,
    tried,
    unsaid::unsaid,
};
use crate::{
    catalogue::CATALOGUE,
    check::{Check, Examine, Outcome, Verdict},
    diagnosis::{Diagnosis, NotApplicable, Passed, Unchecked},
    finding::Finding,
    observed::{Gap, Probe},
    policy::Policy,
    snapshot::{Container, Origin, Snapshot},
    subject::Subject,
    view::Stack,
};

/// Diagnoses a snapshot: the same snapshot and policy give the same diagnosis, byte for byte.
pub fn diagnose(snapshot: &Snapshot, policy: &Policy) -> Diagnosis {
    diagnose_by(&CATALOGUE, snapshot, policy)
}

/// Diagnoses a snapshot by these checks, whose order does not matter.
pub(super) fn diagnose_by(checks: &[&Check], snapshot: &Snapshot, policy: &Policy) -> Diagnosis {
    let stack = Stack::of(snapshot);
    let mut tally = Tally::default();
    for check in checks {
        let counts = policy.selection.includes(check);
        for (subject, verdict) in examine(check, &stack, policy) {
            let verdict = weighed(check, verdict, snapshot);
            // Every finding is attributed; of what does not count, nothing else is kept.
            if counts || matches!(verdict, Ok(Outcome::Fail(_))) {
                tally.count(check, subject, verdict);
            }
        }
    }
    tally.gaps.extend(snapshot.gaps.iter().cloned());
    tally.gaps.extend(snapshot.networks.gap().cloned());
    tally.gaps.extend(snapshot.events.gap().cloned());
    tally.gaps.extend(unread_logs(&stack));
    tally.gaps.extend(unsaid(&stack, &tally.findings));
    if stack.services.is_empty() && stack.backends.is_empty() {
        tally.gaps.insert(Gap::new(
            Probe::Containers,
            Subject::Stack,
            "no service of it shows a sign of tracing, and no Tempo belongs to it",
        ));
    }
    if snapshot.origin == Origin::Files {
        tally.gaps.retain(is_of_files);
    }
    let refuted = tried::refute(&mut tally.findings, &stack);
    tally.passed.extend(refuted);
    tally.sort();
    locate(&mut tally.findings, snapshot);
    let mut causes = attribute(tally.findings, &stack);
    tried::confirm(&mut causes);
    let gaps = explain(tally.gaps.into_iter().collect(), &mut causes);
    let diagnosis = Diagnosis {
        causes,
        gaps,
        passed: tally.passed,
        not_applicable: tally.not_applicable,
        unchecked: tally.unchecked,
        paths: Vec::new(),
        ledger: None,
        deciding_look: None,
        suppressed: Vec::new(),
        known: Vec::new(),
        not_selected: Vec::new(),
    };
    let mut diagnosis = policy.apply(diagnosis, snapshot);
    if snapshot.origin == Origin::Engine {
        detail(&mut diagnosis, &stack);
    }
    diagnosis
}

/// Logs that were not read to their end: what stands in the rest is unknown.
fn unread_logs(stack: &Stack<'_>) -> Vec<Gap> {
    let cut = |subject: &Subject, container: &Container| {
        let reason = container.logs.known()?.window.cut.clone()?;
        Some(Gap::new(Probe::Logs, subject.clone(), reason))
    };
    let services = stack
        .services
        .iter()
        .filter_map(|service| cut(&service.subject, service.container));
    let backends = stack
        .backends
        .iter()
        .filter_map(|backend| cut(&backend.subject, backend.container?));
    let collectors = stack
        .collectors
        .iter()
        .filter_map(|collector| cut(&collector.subject, collector.container));
    services.chain(backends).chain(collectors).collect()
}

fn examine(check: &Check, stack: &Stack<'_>, policy: &Policy) -> Vec<(Subject, Verdict)> {
    /// What one examination says of each part of the stack that it is about.
    macro_rules! each {
        ($parts:expr, $examine:expr) => {
            $parts
                .iter()
                .map(|part| (part.subject.clone(), $examine(part, stack, policy)))
                .collect()
        };
    }
    match check.examine {
        Examine::Stack(examine) => vec![(Subject::Stack, examine(stack, policy))],
        Examine::EachService(examine) => each!(stack.services, examine),
        Examine::EachBackend(examine) => each!(stack.backends, examine),
        Examine::EachCollector(examine) => each!(stack.collectors, examine),
        Examine::EachGrafana(examine) => each!(stack.grafanas, examine),
        Examine::EachLoki(examine) => each!(stack.lokis, examine),
        Examine::EachPrometheus(examine) => each!(stack.prometheuses, examine),
        Examine::EachContainer(examine) => each!(stack.members, examine),
    }
}

#[derive(Default)]
struct Tally {
    findings: Vec<Finding>,
    gaps: BTreeSet<Gap>,
    passed: Vec<Passed>,
    not_applicable: Vec<NotApplicable>,
    unchecked: Vec<Unchecked>,
}

impl Tally {
    /// Puts everything into the order of codes, then of subjects.
    fn sort(&mut self) {
        self.passed
            .sort_by_cached_key(|passed| (passed.code, passed.subject.clone()));
        self.not_applicable
            .sort_by_cached_key(|other| (other.code, other.subject.clone()));
        self.unchecked
            .sort_by_cached_key(|unchecked| (unchecked.code, unchecked.subject.clone()));
    }

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
                self.gaps.insert(gap.clone());
                self.unchecked.push(Unchecked {
                    code,
                    subject,
                    gap,
                    blocked_by: None,
                });
            }
        }
    }
}

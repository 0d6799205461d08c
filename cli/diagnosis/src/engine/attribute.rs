//! Folding findings under the finding that explains them.

mod absent;
mod shown;

use std::collections::{BTreeSet, HashMap};

use crate::{
    catalogue,
    check::{Cause, Reach},
    dependency::Dependency,
    diagnosis::RootCause,
    finding::Finding,
    observed::Gap,
    snapshot::Container,
    subject::Subject,
    view::Stack,
};

/// Arranges findings as root causes with their symptoms. Every finding comes out exactly once, and the order in which
/// they come in does not matter.
pub(super) fn attribute(mut findings: Vec<Finding>, stack: &Stack<'_>) -> Vec<RootCause> {
    findings.sort_by(|one, other| {
        let key = |finding: &Finding| (finding.code, finding.subject.clone());
        key(one)
            .cmp(&key(other))
            .then_with(|| one.message.cmp(&other.message))
    });
    let links = Links::of(stack);
    let roots: Vec<usize> = (0..findings.len())
        .map(|index| root_of(index, &findings, &links))
        .collect();
    let mut causes: Vec<RootCause> = Vec::new();
    let mut place: HashMap<usize, usize> = HashMap::new();
    for (index, finding) in findings.iter().enumerate() {
        if roots[index] == index {
            place.insert(index, causes.len());
            causes.push(RootCause {
                finding: finding.clone(),
                symptoms: Vec::new(),
                blocked: Vec::new(),
                timeline: Vec::new(),
            });
        }
    }
    for (index, finding) in findings.into_iter().enumerate() {
        if roots[index] != index {
            causes[place[&roots[index]]].symptoms.push(finding);
        }
    }
    // The worst first; among equals the one that breaks most services, then the one that explains most; then the order
    // of the catalogue.
    causes.sort_by_cached_key(|cause| {
        (
            std::cmp::Reverse(cause.finding.severity),
            std::cmp::Reverse(services_broken_by(cause)),
            std::cmp::Reverse(cause.symptoms.len()),
            cause.finding.code,
            cause.finding.subject.clone(),
        )
    });
    causes
}

/// How many services a cause is about, itself or by what follows from it.
fn services_broken_by(cause: &RootCause) -> usize {
    let findings = std::iter::once(&cause.finding).chain(&cause.symptoms);
    let services: BTreeSet<&Subject> = findings
        .flat_map(|finding| finding.concerns.iter().chain([&finding.subject]))
        .filter(|subject| matches!(subject, Subject::Service(_)))
        .collect();
    services.len()
}

/// Moves gaps under the root cause whose check explains them; returns those that nothing explains.
pub(super) fn explain(gaps: Vec<Gap>, causes: &mut [RootCause]) -> Vec<Gap> {
    let mut open = Vec::new();
    for gap in gaps {
        let explains = |finding: &Finding| {
            finding.subject == gap.subject
                && catalogue::by_code(finding.code)
                    .is_some_and(|check| check.explains.contains(&gap.probe))
        };
        let cause = causes
            .iter_mut()
            .find(|cause| explains(&cause.finding) || cause.symptoms.iter().any(explains));
        match cause {
            Some(cause) => cause.blocked.push(gap),
            None => open.push(gap),
        }
    }
    open
}

/// How the parts of a stack depend on each other.
struct Links {
    /// What receives traces behind each service and collector.
    exports: HashMap<Subject, BTreeSet<Subject>>,
    /// What each container waits for before it starts.
    awaits: HashMap<Subject, BTreeSet<Subject>>,
}

impl Links {
    fn of(stack: &Stack<'_>) -> Self {
        let awaited_by = |waiting: &Container| -> BTreeSet<Subject> {
            Dependency::of(waiting)
                .flat_map(|dependency| {
                    stack
                        .members
                        .iter()
                        .filter(move |other| dependency.is_on(other.container, waiting))
                })
                .map(|other| other.subject.clone())
                .collect()
        };
        let created = stack
            .members
            .iter()
            .map(|member| (member.subject.clone(), awaited_by(member.container)));
        Self {
            exports: stack.export_paths(),
            awaits: created.chain(absent::awaited(stack)).collect(),
        }
    }
}

/// Follows explanations until a finding that nothing explains. The cause graph has no cycles, which a test guards.
fn root_of(start: usize, findings: &[Finding], links: &Links) -> usize {
    let mut index = start;
    while let Some(parent) = parent_of(index, findings, links) {
        index = parent;
    }
    index
}

fn parent_of(index: usize, findings: &[Finding], links: &Links) -> Option<usize> {
    let finding = &findings[index];
    let check = catalogue::by_code(finding.code)?;
    check.explained_by().find_map(|cause| {
        findings
            .iter()
            .position(|other| other.code == cause.code && reaches(cause, other, finding, links))
    })
}

fn reaches(cause: Cause, explaining: &Finding, explained: &Finding, links: &Links) -> bool {
    match cause.reach {
        Reach::Anywhere => concerns(explaining, &explained.subject),
        Reach::SameSubject => explaining.subject == explained.subject,
        Reach::SameVariable => {
            explaining.subject == explained.subject
                && shown::share_a_variable(explaining, explained)
        }
        Reach::ExportTarget => {
            concerns(explaining, &explained.subject)
                && leads(&links.exports, &explained.subject, explaining)
        }
        Reach::Awaited => waiting(explained)
            .iter()
            .all(|subject| leads(&links.awaits, subject, explaining)),
        Reach::Concerned => explained.concerns.contains(&explaining.subject),
    }
}

/// Who would have to wait for the cause of a finding: what it is about, or for one of the stack all that it concerns.
fn waiting(finding: &Finding) -> &[Subject] {
    match (&finding.subject, finding.concerns.as_slice()) {
        (Subject::Stack, concerned @ [_, ..]) => concerned,
        (subject, _) => std::slice::from_ref(subject),
    }
}

/// Whether a subject leads to that of a finding.
fn leads(links: &HashMap<Subject, BTreeSet<Subject>>, from: &Subject, to: &Finding) -> bool {
    links
        .get(from)
        .is_some_and(|behind| behind.contains(&to.subject))
}

/// Whether a finding concerns a subject: every one, unless it names the services that it concerns.
fn concerns(finding: &Finding, subject: &Subject) -> bool {
    finding.concerns.is_empty()
        || !matches!(subject, Subject::Service(_))
        || finding.concerns.contains(subject)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{diagnose, fixtures, policy::Policy};

    fn every_finding() -> Vec<Finding> {
        let policy = Policy::default();
        fixtures::broken()
            .iter()
            .flat_map(|broken| {
                let diagnosis = diagnose(&broken.snapshot, &policy);
                diagnosis.findings().cloned().collect::<Vec<_>>()
            })
            .collect()
    }

    fn flat(causes: &[RootCause]) -> Vec<String> {
        let findings = causes
            .iter()
            .flat_map(|cause| std::iter::once(&cause.finding).chain(&cause.symptoms));
        let mut shown: Vec<_> = findings.map(|finding| format!("{finding:?}")).collect();
        shown.sort();
        shown
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_finding_is_lost_or_doubled_and_their_order_does_not_matter(
            findings in proptest::sample::subsequence(every_finding(), 0..24).prop_shuffle()
        ) {
            let snapshot = fixtures::healthy();
            let stack = Stack::of(&snapshot);
            let mut given: Vec<_> = findings.iter().map(|finding| format!("{finding:?}")).collect();
            given.sort();
            let causes = attribute(findings.clone(), &stack);
            prop_assert_eq!(flat(&causes), given);

            let mut reversed = findings;
            reversed.reverse();
            let roots = |causes: &[RootCause]| causes.iter().map(|cause| cause.finding.code).collect::<Vec<_>>();
            prop_assert_eq!(roots(&attribute(reversed, &stack)), roots(&causes));
        }
    }

    #[test]
    fn the_symptoms_of_a_paused_tempo_stand_beneath_it() {
        let paused = fixtures::broken()
            .into_iter()
            .find(|broken| broken.code == "PT0105")
            .unwrap();
        let diagnosis = diagnose(&paused.snapshot, &Policy::default());
        let symptoms: Vec<_> = diagnosis.causes[0]
            .symptoms
            .iter()
            .map(|symptom| (symptom.code.to_string(), symptom.subject.name()))
            .collect();
        let expected = [
            ("PT0201", "tempo"),
            ("PT0503", "controller"),
            ("PT0503", "scraper"),
        ];
        assert_eq!(
            symptoms,
            expected.map(|(code, subject)| (code.to_owned(), subject))
        );
    }
}

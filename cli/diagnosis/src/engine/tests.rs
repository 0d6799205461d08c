//! Laws of the cause engine as a whole.

mod beside;

use std::collections::BTreeSet;

use proptest::prelude::*;

use self::beside::{beside, is_joined, joined_by};
use super::run::diagnose_by;
use crate::{
    catalogue::CATALOGUE, code::Code, diagnose, diagnosis::Diagnosis, fixtures, policy::Policy,
    snapshot::Snapshot, subject::Subject,
};

/// Each stack is set beside this many others.
const NEIGHBOURS: usize = 3;

fn roots(snapshot: &Snapshot) -> BTreeSet<(Code, Subject)> {
    diagnose(snapshot, &Policy::default())
        .causes
        .into_iter()
        .map(|cause| (cause.finding.code, cause.finding.subject))
        .collect()
}

fn json(diagnosis: &Diagnosis) -> String {
    serde_json::to_string(diagnosis).unwrap()
}

#[test]
fn an_unrelated_fault_hides_no_cause() {
    let healthy = fixtures::healthy();
    let stacks = fixtures::broken();
    let first: Vec<_> = stacks
        .iter()
        .map(|broken| roots(&beside(&broken.snapshot, &healthy)))
        .collect();
    let second: Vec<_> = stacks
        .iter()
        .map(|broken| roots(&beside(&healthy, &broken.snapshot)))
        .collect();
    for (index, one) in stacks.iter().enumerate() {
        for step in 1..=NEIGHBOURS {
            let neighbour = (index + step * 7) % stacks.len();
            let other = &stacks[neighbour];
            let both = roots(&beside(&one.snapshot, &other.snapshot));
            let hidden: Vec<_> = first[index]
                .union(&second[neighbour])
                .filter(|root| !both.contains(root))
                .collect();
            assert!(
                hidden.is_empty(),
                "{} beside {}: {hidden:?} is no root of {both:?}",
                one.code,
                other.code
            );
        }
    }
}

#[test]
fn a_fault_of_another_service_on_the_same_tempo_hides_no_cause() {
    let healthy = fixtures::healthy();
    let stacks = fixtures::broken();
    for (index, one) in stacks.iter().enumerate() {
        let alone = roots(&joined_by(&one.snapshot, &healthy));
        for step in 1..=NEIGHBOURS {
            let other = &stacks[(index + step * 5) % stacks.len()];
            let both = roots(&joined_by(&one.snapshot, &other.snapshot));
            let hidden: Vec<_> = alone
                .difference(&both)
                .filter(|(_, subject)| !is_joined(subject))
                .collect();
            assert!(
                hidden.is_empty(),
                "{} joined by the services of {}: {hidden:?} is no root of {both:?}",
                one.code,
                other.code
            );
        }
    }
}

#[test]
fn a_broken_stack_beside_a_healthy_one_keeps_its_root() {
    for broken in fixtures::broken() {
        let code: Code = broken.code.parse().unwrap();
        // A second Tempo heals nothing but the want of any.
        if code == Code::new(101) {
            continue;
        }
        let roots = roots(&beside(&broken.snapshot, &fixtures::healthy()));
        assert!(
            roots.iter().any(|(root, _)| *root == code),
            "{code}: {roots:?}"
        );
    }
}

#[test]
fn two_looks_at_one_snapshot_are_the_same_byte_for_byte() {
    for broken in fixtures::broken() {
        let policy = Policy::default();
        let (one, other) = (
            diagnose(&broken.snapshot, &policy),
            diagnose(&broken.snapshot.clone(), &policy),
        );
        assert_eq!(json(&one), json(&other), "{}", broken.code);
    }
}

#[test]
fn every_check_has_a_verdict_on_each_subject_or_a_gap() {
    for broken in fixtures::broken() {
        let diagnosis = diagnose(&broken.snapshot, &Policy::default());
        let judged: BTreeSet<Code> = diagnosis
            .passed
            .iter()
            .map(|passed| passed.code)
            .chain(diagnosis.not_applicable.iter().map(|other| other.code))
            .chain(diagnosis.unchecked.iter().map(|unchecked| unchecked.code))
            .chain(diagnosis.findings().map(|finding| finding.code))
            .collect();
        let services = diagnosis.paths.iter().map(|path| path.services.len());
        assert!(judged.len() <= CATALOGUE.len());
        assert!(services.sum::<usize>() > 0, "{}", broken.code);
    }
}

#[test]
fn what_a_cause_blocks_says_so() {
    let stopped = fixtures::broken()
        .into_iter()
        .find(|broken| broken.code == "PT0102")
        .unwrap();
    let diagnosis = diagnose(&stopped.snapshot, &Policy::default());
    let by: BTreeSet<String> = diagnosis
        .unchecked
        .iter()
        .filter(|unchecked| diagnosis.causes[0].blocked.contains(&unchecked.gap))
        .map(|unchecked| match &unchecked.blocked_by {
            Some(by) => format!("{} of {}", by.code, by.subject.name()),
            None => "nobody".to_owned(),
        })
        .collect();
    assert_eq!(by, BTreeSet::from(["PT0102 of tempo".to_owned()]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_order_of_checks_and_containers_does_not_matter(
        checks in Just(CATALOGUE.clone()).prop_shuffle(),
        broken in proptest::sample::select(fixtures::broken().into_iter().map(|broken| broken.snapshot).collect::<Vec<_>>()),
    ) {
        let policy = Policy::default();
        let whole = diagnose_by(&CATALOGUE, &broken, &policy);
        let shuffled = diagnose_by(&checks, &broken, &policy);
        prop_assert_eq!(json(&whole), json(&shuffled));
        let mut turned = broken;
        turned.containers.reverse();
        let turned = diagnose_by(&checks, &turned, &policy);
        let roots = |diagnosis: &Diagnosis| diagnosis.causes.iter().map(|cause| (cause.finding.code, cause.finding.subject.clone())).collect::<Vec<_>>();
        prop_assert_eq!(roots(&whole), roots(&turned));
    }
}

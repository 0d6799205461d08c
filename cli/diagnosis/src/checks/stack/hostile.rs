//! What containers say of themselves is somebody else's text: no name, output, event or line may break a diagnosis.

use crate::{
    diagnose,
    fixtures::{ago, broken, healthy, line},
    observed::Observed,
    policy::Policy,
    printable::printable,
    snapshot::{EngineEventKind, Health, HealthProbe, HealthStatus, Snapshot, Status},
};
use proptest::prelude::*;

/// Text with what terminals obey, what shells split at, and the beginnings of what checks look for.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\u{1b}\u{7}\n\r\t\u{202e}a-z:/\"`é ]{0,40}",
        "(exec: \"|/bin/sh: |Bind for |listen tcp |executable file `)[\u{1b}0-9:.\"` é]{0,20}(: not found| failed: port is already allocated|: bind: address already in use| not found)?",
    ]
}

fn event() -> impl Strategy<Value = EngineEventKind> {
    prop_oneof![
        Just(EngineEventKind::Start),
        any::<i64>().prop_map(|exit_code| EngineEventKind::Die { exit_code }),
        Just(EngineEventKind::Oom),
        any::<i64>().prop_map(|signal| EngineEventKind::Kill { signal }),
        Just(EngineEventKind::Pause),
        Just(EngineEventKind::Disconnect),
    ]
}

fn status() -> impl Strategy<Value = Status> {
    prop::sample::select(vec![
        Status::Created,
        Status::Running,
        Status::Paused,
        Status::Restarting,
        Status::Exited,
        Status::Dead,
    ])
}

/// Puts the text everywhere where a container may put one.
fn spoil(snapshot: &mut Snapshot, words: &[String], status: Status, events: &[EngineEventKind]) {
    let word = |at: usize| words[at % words.len()].clone();
    let count = snapshot.containers.len();
    let at = words.len() % count;
    let container = &mut snapshot.containers[at];
    container.name = word(0);
    container.state.status = status;
    container.state.error = Some(word(1));
    container.state.restart_count = 3;
    container.state.health = Some(Health {
        status: HealthStatus::Unhealthy,
        failing_streak: u64::MAX,
        last: Some(HealthProbe {
            at: Some(ago(3)),
            exit_code: i64::MIN,
            output: word(2),
        }),
    });
    if let Some(check) = &mut container.health_check {
        check.test = vec!["CMD-SHELL".to_owned(), word(3)];
    }
    container
        .labels
        .push(("com.docker.compose.depends_on".to_owned(), word(4)));
    container.log_options = vec![
        ("max-size".to_owned(), word(5)),
        ("max-file".to_owned(), "99999999999999999999".to_owned()),
    ];
    container.command = vec![word(6)];
    if let Observed::Known(logs) = &mut container.logs {
        logs.tail = vec![line(5, &format!("exec format error{}", word(7)))];
        logs.fatal = logs.tail.clone();
    }
    let service = snapshot.containers[at].service.clone().unwrap_or_default();
    for (at, kind) in events.iter().enumerate() {
        let seconds = 900 - i64::try_from(at).unwrap_or(0);
        snapshot.reported(&service, seconds, *kind);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn nothing_that_a_container_says_breaks_a_diagnosis_or_reaches_the_terminal(
        words in prop::collection::vec(text(), 1..9),
        status in status(),
        events in prop::collection::vec(event(), 0..9),
        mut snapshot in prop::sample::select(broken().into_iter().map(|broken| broken.snapshot).collect::<Vec<_>>()),
    ) {
        spoil(&mut snapshot, &words, status, &events);
        let diagnosis = diagnose(&snapshot, &Policy::default());
        for finding in diagnosis.findings() {
            let texts = finding.evidence.iter().flat_map(|evidence| [&evidence.source, &evidence.text]);
            for text in texts.chain([&finding.message, &finding.remedy.action]).chain(&finding.remedy.command) {
                prop_assert!(!printable(text).contains(char::is_control));
            }
        }
    }
}

#[test]
fn containers_that_wait_for_each_other_are_told_and_the_diagnosis_ends() {
    let mut snapshot = healthy();
    for (name, other) in [("controller", "scraper"), ("scraper", "controller")] {
        let container = snapshot.service_mut(name);
        container.state.status = Status::Created;
        container.labels.push((
            "com.docker.compose.depends_on".to_owned(),
            format!("{other}:service_healthy:false"),
        ));
    }
    let diagnosis = diagnose(&snapshot, &Policy::default());
    let told = diagnosis
        .findings()
        .filter(|finding| finding.code.to_string() == "PT0123");
    assert_eq!(told.count(), 2);
}

//! What cannot be read is a gap, and ends no look.

use std::time::{Duration, Instant};

use ptctl::{
    clients::docker::EngineFault,
    gather::{GatherError, gather},
};
use ptctl_diagnosis::{observed::Probe, snapshot::Role};

use super::container;
use crate::{
    fake_stack::{Answer, FakeEngine, TEMPO, WEB, Wire, request},
    program::{both, ptctl},
};

#[tokio::test]
async fn when_the_budget_passes_what_is_missing_becomes_a_gap() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.answer(&format!("/containers/{WEB}/logs"), Answer::Silence);
    engine.answer("/events", Answer::Silence);
    let mut request = request(&engine);
    request.timeout = Duration::from_millis(900);
    let begun = Instant::now();
    let snapshot = gather(&request).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert!(snapshot.timed_out);
    assert_eq!(snapshot.events.gap().unwrap().probe, Probe::Events);
    assert_eq!(
        container(&snapshot, Role::Service)
            .logs
            .gap()
            .unwrap()
            .probe,
        Probe::Logs
    );
    assert!(container(&snapshot, Role::Tempo).logs.known().is_some());
}

#[tokio::test]
async fn a_container_that_cannot_be_described_is_a_gap_and_one_that_vanished_is_none() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.answer(
        &format!("/containers/{TEMPO}/json"),
        Answer::BrokenOff("{\"Id\":".into()),
    );
    let snapshot = gather(&request(&engine)).await.unwrap();
    assert_eq!(snapshot.gaps.len(), 1);
    assert_eq!(snapshot.gaps[0].probe, Probe::Containers);
    engine.answer(
        &format!("/containers/{TEMPO}/json"),
        Answer::Refusal(404, "No such container"),
    );
    let snapshot = gather(&request(&engine)).await.unwrap();
    assert!(snapshot.gaps.is_empty());
}

#[tokio::test]
async fn a_stack_whose_containers_nobody_described_in_time_is_late_and_not_away() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    for id in [TEMPO, WEB] {
        engine.answer(&format!("/containers/{id}/json"), Answer::Silence);
    }
    for choice in [&["-p", "shop"][..], &[]] {
        let command = [&["doctor", "--timeout", "600ms"], choice].concat();
        let output = ptctl(&engine, &command).await;
        assert_eq!(output.status.code(), Some(4), "{output:?}");
        let said = both(&output);
        assert!(said.contains("nothing was seen within 600 ms"), "{said}");
        assert!(said.contains("no answer within"), "{said}");
        assert!(!said.contains("no container belongs"), "{said}");
        assert!(!said.contains("no traced service"), "{said}");
    }
    let output = ptctl(&engine, &["doctor", "--timeout", "600ms", "-p", "bank"]).await;
    let said = both(&output);
    assert!(
        said.contains("no container belongs to the project `bank`"),
        "{said}"
    );
}

#[tokio::test]
async fn strangers_that_cannot_be_described_are_one_gap_that_blinds_nobody() {
    let engine = FakeEngine::crowd(Wire::Docker20, 1, 3);
    for number in 1..4 {
        let path = format!("/containers/{number:064x}/json");
        engine.answer(&path, Answer::BrokenOff("{\"Id\":".into()));
    }
    let mut request = request(&engine);
    request.stack.project = Some("shop".to_owned());
    let snapshot = gather(&request).await.unwrap();
    let [gap] = snapshot.gaps.as_slice() else {
        panic!("{:?}", snapshot.gaps)
    };
    assert_eq!(gap.probe, Probe::Strangers);
    assert!(!gap.probe.is_essential());
    assert!(gap.reason.contains("and of 2 more"), "{}", gap.reason);
}

#[tokio::test]
async fn an_engine_that_hangs_ends_the_look_within_the_budget() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.answer("/_ping", Answer::Silence);
    let mut request = request(&engine);
    request.timeout = Duration::from_millis(200);
    let error = gather(&request).await.unwrap_err();
    let GatherError::Engine(error) = error else {
        panic!("{error:?}")
    };
    assert!(matches!(error.fault, EngineFault::NoAnswer { .. }));
}

#[tokio::test]
async fn who_was_allowed_too_little_time_is_told_so_and_not_that_the_engine_is_away() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.answer("/_ping", Answer::Silence);
    let output = ptctl(&engine, &["doctor", "--timeout", "50ms"]).await;
    assert_eq!(output.status.code(), Some(4));
    let said = both(&output);
    assert!(said.contains("nothing was seen within 50 ms"), "{said}");
    assert!(
        said.contains("hint: allow more time with `--timeout`"),
        "{said}"
    );
}

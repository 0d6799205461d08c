//! Smoke checks beside a stack: whose file is obeyed, which Tempos are asked and how, whose logs can be read.

use std::{os::unix::fs::PermissionsExt as _, process::Output};

use serde_json::{Value, json};

use super::{stderr, stdout};
use crate::{
    backend::{Backend, sent},
    fake_stack::{Answer, FakeEngine, FakeTempo, Generation, TEMPO, WEB, Wire, beside},
    program,
};

const ID: &str = "00c7651916cd43dd8448eb211c80319c";

/// Runs the program beside this file in the folder of an engine.
async fn smoke(engine: &FakeEngine, file: &str, arguments: &[&str]) -> Output {
    std::fs::write(engine.folder().join("smoke.yml"), file).unwrap();
    let arguments = [&["smoke", "-p", "shop"], arguments].concat();
    program::ptctl(engine, &arguments).await
}

/// An engine whose stack has no Tempo that runs.
fn without_tempo() -> FakeEngine {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.change(TEMPO, |described| {
        described["State"]["Running"] = false.into();
        described["State"]["Status"] = "exited".into();
    });
    engine
}

#[tokio::test]
async fn a_file_that_everybody_may_write_is_obeyed_only_where_it_is_named() {
    let engine = without_tempo();
    let file = engine.folder().join("smoke.yml");
    std::fs::write(&file, "").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o666)).unwrap();
    let checks = "checks: [{name: a, request: 'http://127.0.0.1:1/'}]";
    let output = smoke(&engine, checks, &[]).await;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let told = stderr(&output);
    assert!(told.contains("everybody may write to it"), "{told}");
    assert!(told.contains("`ptctl smoke smoke.yml`"), "{told}");
    let output = smoke(&engine, checks, &["smoke.yml"]).await;
    assert!(stderr(&output).contains("no Tempo can be asked"));
}

#[tokio::test]
async fn the_hosts_beyond_this_machine_are_named_before_anything_is_sent() {
    let checks = "\
checks:
  - {name: a, request: 'http://orders.example:8080/${PATH_OF_IT:-x}'}
  - {name: b, request: 'http://orders.example/'}
  - {name: c, request: 'http://localhost/'}
  - {name: d, request: 'http://[::1]:8080/'}
";
    let output = smoke(&without_tempo(), checks, &[]).await;
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let told = stderr(&output);
    let notes: Vec<&str> = told
        .lines()
        .filter(|line| line.contains("sent to"))
        .collect();
    assert_eq!(
        notes,
        ["note: requests are sent to `orders.example`"],
        "{told}"
    );
}

fn published(described: &mut Value, port: u16) {
    described["NetworkSettings"]["Ports"] =
        json!({"3200/tcp": [{"HostIp": "127.0.0.1", "HostPort": port.to_string()}]});
}

const OF_BOTH: &str = "\
checks:
  - name: a
    wait_for: {service: frontend, since: 10m}
    within: 3s
    settle: 100ms
    expect: {services: [frontend, orders], orphans: none, errors: none}
";

#[tokio::test]
async fn spans_in_a_second_tempo_are_of_the_trace_too() {
    for (code, conclusion) in [(0, 0), (2, 1)] {
        let (one, mut other) = (Backend::start().await, Backend::start().await);
        other.now = one.now;
        one.send(ID, "frontend", &[sent(1, 0, "GET /checkout", 0, 480)])
            .await;
        let mut order = sent(2, 1, "POST /orders", 10, 470);
        order.more = json!({"status": {"code": code}});
        other.send(ID, "orders", &[order]).await;
        let engine = FakeEngine::on_socket(Wire::Docker20);
        engine.change(TEMPO, |described| published(described, one.port()));
        engine.add("tempo-b", |described| published(described, other.port()));
        let output = smoke(&engine, OF_BOTH, &[]).await;
        assert_eq!(output.status.code(), Some(conclusion), "{output:?}");
        let shown = stdout(&output);
        assert!(shown.contains("orders: 1 span"), "{shown}");
    }
}

#[tokio::test]
async fn what_a_second_tempo_may_have_that_cannot_be_asked_is_not_absent() {
    let one = Backend::start().await;
    let root = sent(1, 0, "GET /checkout", 0, 480);
    one.send(ID, "frontend", &[root]).await;
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.change(TEMPO, |described| published(described, one.port()));
    engine.add("tempo-b", |described| {
        described["State"]["Running"] = false.into();
        described["State"]["Status"] = "exited".into();
    });
    let file = OF_BOTH.replace("[frontend, orders]", "frontend");
    let output = smoke(&engine, &file, &[]).await;
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let shown = stdout(&output)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        shown.contains(
            "no span has the status error: there may be more spans: `tempo-b` could not be asked"
        ),
        "{shown}"
    );
    let file = "checks: [{name: a, wait_for: {service: frontend, since: 10m}, expect: {services: frontend}}]";
    let output = smoke(&engine, file, &[]).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[tokio::test]
async fn runs_are_searched_for_as_the_backend_wants_to_be_asked() {
    let tempo = FakeTempo::ready(Generation::Three).await;
    let engine = beside(&tempo);
    let file = "\
checks:
  - name: a recorded run
    wait_for: {service: docutag-controller, since: 87600h}
    expect: {services: docutag-controller}
";
    let output = smoke(&engine, file, &[]).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let asked = tempo.asked();
    let search = asked.iter().find(|asked| asked.starts_with("/api/search?"));
    let search = url::Url::parse(&format!("http://tempo{}", search.unwrap())).unwrap();
    let parameter = |name: &str| {
        let mut pairs = search.query_pairs();
        let found = pairs.find(|(key, _)| key == name);
        found.unwrap().1.into_owned()
    };
    assert!(parameter("q").ends_with(" with (most_recent=true)"));
    let at = |name: &str| parameter(name).parse::<i64>().unwrap();
    // No search of Tempo's may ask about more than a week unless it is configured otherwise.
    assert!(at("end") - at("start") <= 168 * 3600, "{search}");
}

#[tokio::test]
async fn the_log_of_a_container_that_the_engine_does_not_describe_is_unknown() {
    let one = Backend::start().await;
    let root = sent(1, 0, "GET /checkout", 0, 480);
    one.send(ID, "frontend", &[root]).await;
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let path = format!("/containers/{WEB}/json");
    engine.answer(&path, Answer::Refusal(500, "it is locked"));
    let file = "checks: [{name: a, wait_for: {service: frontend, since: 10m}, within: 2s, expect: {logs: web}}]";
    let output = smoke(&engine, file, &["--tempo-url", &one.url()]).await;
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let shown = stdout(&output)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        shown.contains("the log of `web` has the trace id: "),
        "{shown}"
    );
    assert!(shown.contains("it is locked"), "{shown}");
    assert!(
        !shown.contains("the stack has no such container"),
        "{shown}"
    );
}

//! `ptctl trace` where a trace lies in several backends, or not all of it can be had.

use std::process::Output;

use serde_json::{Value, json};

use crate::{
    backend::{Backend, document, sent, stdout},
    fake_stack::{FakeEngine, FakeTempo, Generation, TEMPO, Wire, beside},
    program::{both, ptctl},
};

const ID: &str = "00c7651916cd43dd8448eb211c80319c";

fn published(described: &mut Value, port: u16) {
    described["NetworkSettings"]["Ports"] =
        json!({"3200/tcp": [{"HostIp": "127.0.0.1", "HostPort": port.to_string()}]});
}

/// Two backends of one stack, each with a part of a trace and with one span that both have.
async fn two_backends() -> (Backend, Backend, FakeEngine) {
    let (one, mut other) = (Backend::start().await, Backend::start().await);
    other.now = one.now;
    let root = || sent(1, 0, "GET /checkout", 0, 480);
    one.send(ID, "frontend", &[root()]).await;
    other.send(ID, "frontend", &[root()]).await;
    let order = [
        sent(2, 1, "POST /orders", 10, 470),
        sent(3, 2, "INSERT", 20, 460),
    ];
    other.send(ID, "orders", &order).await;
    let own = "1".repeat(32);
    one.send(&own, "frontend", &[sent(1, 0, "GET /", 5, 6)])
        .await;
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.change(TEMPO, |described| published(described, one.port()));
    engine.add("tempo-b", |described| published(described, other.port()));
    (one, other, engine)
}

async fn show(engine: &FakeEngine, more: &[&str]) -> Output {
    let arguments: Vec<&str> = ["trace", "show", ID, "-p", "shop"]
        .iter()
        .chain(more)
        .copied()
        .collect();
    ptctl(engine, &arguments).await
}

#[tokio::test]
async fn a_trace_in_two_backends_is_put_together() {
    let (_one, _other, engine) = two_backends().await;
    let output = show(&engine, &[]).await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    let page = stdout(&output);
    for part in [
        "✓ trace",
        "3 spans of 2 services, 0 failed",
        "`tempo` at",
        "and `tempo-b` at",
    ] {
        assert!(page.contains(part), "{part} is not in:\n{page}");
    }
    let told = document(&show(&engine, &["-o", "json"]).await);
    let names: Vec<&Value> = told["tempos"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tempo| &tempo["name"])
        .collect();
    assert_eq!(names, ["tempo", "tempo-b"]);
    assert_eq!(told["warnings"], json!([]));
    assert_eq!(told["unasked"], json!([]));
    assert_eq!(told["spans"][2]["parent_index"], 1);
    assert_eq!(told["critical_path"][0]["span_index"], 0);
}

#[tokio::test]
async fn a_search_lists_a_trace_of_two_backends_once() {
    let (_one, _other, engine) = two_backends().await;
    let search = ["trace", "search", "-p", "shop", "-o", "json"];
    let output = ptctl(&engine, &search).await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    let found = document(&output);
    assert_eq!(found["may_have_more"], false);
    let rows: Vec<(&Value, &Value, &Value)> = found["traces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["trace_id"], &row["tempos"], &row["spans"]))
        .collect();
    assert_eq!(rows.len(), 2, "{found}");
    let both_have = rows.iter().find(|row| row.0 == ID).unwrap();
    assert_eq!(
        (both_have.1, both_have.2),
        (&json!(["tempo", "tempo-b"]), &json!(3))
    );
    let output = ptctl(&engine, &["trace", "search", "-p", "shop"]).await;
    assert!(
        stdout(&output).contains("[tempo, tempo-b] frontend: "),
        "{}",
        both(&output)
    );
    let limited: Vec<&str> = search.iter().copied().chain(["--limit", "1"]).collect();
    let found = document(&ptctl(&engine, &limited).await);
    assert_eq!(found["traces"].as_array().unwrap().len(), 1);
    assert_eq!(found["may_have_more"], true);
}

#[tokio::test]
async fn where_one_of_two_backends_gives_no_answer_the_rest_is_no_whole_truth() {
    let (_one, _other, engine) = two_backends().await;
    let broken = FakeTempo::reading_nothing().await;
    engine.change(TEMPO, |described| published(described, broken.port()));
    let output = show(&engine, &[]).await;
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    let page = stdout(&output);
    assert!(
        page.contains("▲ trace") && page.contains("there may be more: "),
        "{page}"
    );

    engine.change(TEMPO, |described| {
        described["State"]["Running"] = false.into();
        described["State"]["Status"] = "exited".into();
    });
    let output = show(&engine, &["-o", "json"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    let told = document(&output);
    let unasked = told["unasked"][0].as_str().unwrap();
    assert!(
        unasked.starts_with("Tempo `tempo` was not asked: "),
        "{unasked}"
    );
    let output = ptctl(&engine, &["trace", "search", "-p", "shop", "-o", "json"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    let found = document(&output);
    assert_eq!(found["may_have_more"], true);
    assert_eq!(found["unasked"].as_array().unwrap().len(), 1);
}

fn batches(spans: &Value) -> Value {
    json!([{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "web"}}]},
        "scopeSpans": [{"spans": spans}],
    }])
}

fn root() -> Value {
    json!({"spanId": "b7ad6b7169203331", "name": "GET /",
        "startTimeUnixNano": "1763800000000000000", "endTimeUnixNano": "1763800000100000000"})
}

#[tokio::test]
async fn a_trace_of_which_tempo_left_spans_out_is_not_called_whole() {
    let tempo = FakeTempo::ready(Generation::Three).await;
    tempo.hold(&json!({
        "trace": {"resourceSpans": batches(&json!([root()]))},
        "status": "PARTIAL", "message": "trace exceeds the limit",
    }));
    let output = show(&beside(&tempo), &[]).await;
    let page = stdout(&output);
    assert!(page.contains("▲ trace"), "{}", both(&output));
    assert!(page.contains("Tempo left spans out: trace exceeds the limit"));
}

#[tokio::test]
async fn spans_whose_ids_cannot_be_read_are_counted_and_a_trace_of_them_alone_is_not_called_missing()
 {
    let tempo = FakeTempo::ready(Generation::Three).await;
    let engine = beside(&tempo);
    let torn = json!({"spanId": "?", "name": "torn"});
    let mut lost = root();
    lost["spanId"] = "b7ad6b7169203332".into();
    lost["parentSpanId"] = "b7ad".into();
    let spans = json!([root(), lost, torn]);
    tempo.hold(&json!({"trace": {"resourceSpans": batches(&spans)}}));
    let output = show(&engine, &[]).await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    let page = stdout(&output);
    for part in [
        "▲ trace",
        "one span has no id that can be read",
        "one span names a parent by what is no span's id",
    ] {
        assert!(page.contains(part), "{part} is not in:\n{page}");
    }
    let told = document(&show(&engine, &["-o", "json"]).await);
    assert_eq!(told["spans"][1]["top"], "unreadable_parent");

    tempo.hold(&json!({"trace": {"resourceSpans": batches(&json!([torn]))}}));
    let output = show(&engine, &[]).await;
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    assert!(
        both(&output).contains("its one span has no id that can be read"),
        "{}",
        both(&output)
    );
}

#[tokio::test]
async fn a_tempo_that_knows_only_the_older_form_of_the_answer_is_asked_for_that() {
    let tempo = FakeTempo::ready(Generation::Two).await;
    tempo.hold_in_old_form(&json!({"batches": batches(&json!([root()]))}));
    let output = show(&beside(&tempo), &[]).await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    assert!(stdout(&output).contains("web: GET /"), "{}", both(&output));
    let asked = tempo.asked();
    assert!(asked.iter().any(|path| path.starts_with("/api/traces/")));
}

#[tokio::test]
async fn a_span_without_a_time_has_neither_bar_nor_length() {
    let tempo = FakeTempo::ready(Generation::Three).await;
    let engine = beside(&tempo);
    let untimed = json!({"spanId": "b7ad6b7169203332", "parentSpanId": "b7ad6b7169203331", "name": "untimed",
        "endTimeUnixNano": "1763800000050000000"});
    let spans = json!([root(), untimed]);
    tempo.hold(&json!({"trace": {"resourceSpans": batches(&spans)}}));
    let output = show(&engine, &[]).await;
    let page = stdout(&output);
    let row = page.lines().find(|line| line.contains("untimed")).unwrap();
    assert!(row.trim_end().ends_with(" ?"), "{page}");
    assert!(page.contains("100 ms; 2 spans"), "{page}");
    let told = document(&show(&engine, &["-o", "json"]).await);
    let row = &told["spans"][1];
    assert_eq!(row["duration_ns"], Value::Null);
    assert_eq!(told["warnings"][0]["warning"], "untimed");
}

#[tokio::test]
async fn logs_that_were_not_read_are_not_said_to_be_silent() {
    let tempo = FakeTempo::ready(Generation::Three).await;
    let engine = beside(&tempo);
    let mut begins_later = root();
    begins_later["startTimeUnixNano"] = "4763800000000000000".into();
    begins_later["endTimeUnixNano"] = "4763800000100000000".into();
    tempo.hold(&json!({"trace": {"resourceSpans": batches(&json!([begins_later]))}}));
    let output = show(&engine, &["--logs"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    let told = both(&output);
    assert!(
        told.contains("no line that was read names this trace"),
        "{told}"
    );
    assert!(told.contains("has not begun yet"), "{told}");
    let json = document(&show(&engine, &["--logs", "-o", "json"]).await);
    assert_eq!(json["logs"], json!([]));
    assert_eq!(json["log_notes"].as_array().unwrap().len(), 1);
}

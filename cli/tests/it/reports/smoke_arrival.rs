//! Smoke checks with the real program and a Tempo whose traces come in parts, come and go, or come with others.

use std::{
    net::SocketAddr,
    process::Output,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::{any, get},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

const FIRST: &str = "0af7651916cd43dd8448eb211c80319c";
const SECOND: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// What Tempo says to a question for a trace.
#[derive(Debug, Clone, Copy)]
enum Told {
    /// It has these spans.
    Spans(&'static [Part]),
    /// It has none.
    Nothing,
    /// It fails.
    Down,
}

/// A span of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The first, beneath what the request named.
    Root,
    /// One beneath it that failed.
    Failed,
    /// One beneath it that failed, and whose id is none.
    Illegible,
    /// One whose parent is not there.
    Orphan,
}

/// What a Tempo does with one look after the other; the last is repeated.
struct Script {
    traces: &'static [Told],
    /// What each search finds.
    searches: &'static [&'static [&'static str]],
    /// What it has of the trace `SECOND`.
    second: Told,
    /// The status with which it refuses any search.
    refusal: Option<StatusCode>,
    parent: String,
    looks: usize,
    searched: usize,
}

impl Script {
    fn of(traces: &'static [Told]) -> Self {
        Self {
            traces,
            searches: &[&[]],
            second: Told::Nothing,
            refusal: None,
            parent: String::new(),
            looks: 0,
            searched: 0,
        }
    }
}

type Shared = Arc<Mutex<Script>>;

fn at<T: Copy>(told: &[T], turn: usize) -> T {
    *told.get(turn).or(told.last()).unwrap()
}

async fn order(State(script): State<Shared>, headers: HeaderMap) -> StatusCode {
    let header = headers["traceparent"].to_str().unwrap();
    let parent = header.split('-').nth(2).unwrap();
    script.lock().unwrap().parent = String::from(parent);
    StatusCode::OK
}

fn span(part: Part, parent: &str) -> Value {
    let (id, parent, code) = match part {
        Part::Root => ("aaaaaaaaaaaaaaaa", parent, 0),
        Part::Failed => ("cccccccccccccccc", "aaaaaaaaaaaaaaaa", 2),
        Part::Illegible => ("", "aaaaaaaaaaaaaaaa", 2),
        Part::Orphan => ("dddddddddddddddd", "1111111111111111", 0),
    };
    json!({"spanId": id, "parentSpanId": parent, "name": "work", "kind": 1, "status": {"code": code},
        "startTimeUnixNano": "1000000000", "endTimeUnixNano": "1005000000"})
}

async fn trace(
    State(script): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<Value>, StatusCode> {
    let mut script = script.lock().unwrap();
    let told = if id == SECOND {
        script.second
    } else {
        script.looks += 1;
        at(script.traces, script.looks - 1)
    };
    match told {
        Told::Nothing => Err(StatusCode::NOT_FOUND),
        Told::Down => Err(StatusCode::INTERNAL_SERVER_ERROR),
        Told::Spans(parts) => {
            let spans: Vec<Value> = parts
                .iter()
                .map(|part| span(*part, &script.parent))
                .collect();
            let name = json!({"key": "service.name", "value": {"stringValue": "web"}});
            Ok(Json(json!({"trace": {"resourceSpans": [
                {"resource": {"attributes": [name]}, "scopeSpans": [{"spans": spans}]}
            ]}})))
        }
    }
}

async fn search(State(script): State<Shared>) -> Result<Json<Value>, StatusCode> {
    let mut script = script.lock().unwrap();
    script.searched += 1;
    if let Some(refusal) = script.refusal {
        return Err(refusal);
    }
    let now = jiff::Timestamp::now().as_nanosecond().to_string();
    let found = at(script.searches, script.searched - 1);
    let traces: Vec<Value> = found
        .iter()
        .map(|id| json!({"traceID": id, "startTimeUnixNano": now}))
        .collect();
    Ok(Json(json!({"traces": traces})))
}

/// Runs the program against a Tempo that keeps to a script.
async fn smoke(script: Script, file: &str) -> (Output, Shared) {
    let script = Arc::new(Mutex::new(script));
    let router = Router::new()
        .route("/orders", any(order))
        .route("/api/v2/traces/{id}", get(trace))
        .route("/api/search", get(search))
        .with_state(Arc::clone(&script));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("smoke.yml"), file).unwrap();
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_ptctl"))
        .current_dir(folder.path())
        .env_clear()
        .env("BASE", format!("http://{address}"))
        .args(["smoke", "--tempo-url", &format!("http://{address}/")])
        .output()
        .await
        .unwrap();
    (output, script)
}

/// A request whose trace is to have no error, once it has stayed as it is for that long.
fn request(settle: &str, within: &str) -> String {
    format!(
        "checks: [{{name: a, request: '${{BASE}}/orders', settle: {settle}, within: {within}, expect: {{errors: none}}}}]"
    )
}

/// A run of which the same is expected.
fn run(settle: &str, within: &str) -> String {
    format!(
        "checks: [{{name: a, wait_for: {{service: web}}, settle: {settle}, within: {within}, expect: {{errors: none}}}}]"
    )
}

#[tokio::test]
async fn a_span_that_arrives_before_the_trace_has_settled_counts() {
    let script = Script::of(&[
        Told::Spans(&[Part::Root]),
        Told::Spans(&[Part::Root]),
        Told::Spans(&[Part::Root, Part::Failed]),
    ]);
    let (output, _) = smoke(script, &request("500ms", "5s")).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[tokio::test]
async fn a_tempo_that_dies_before_the_trace_has_settled_leaves_it_unknown() {
    for gone in [Told::Down, Told::Nothing] {
        let script = Script::of(match gone {
            Told::Down => &[Told::Spans(&[Part::Root]), Told::Down],
            Told::Nothing | Told::Spans(_) => &[Told::Spans(&[Part::Root]), Told::Nothing],
        });
        let (output, _) = smoke(script, &request("200ms", "1s")).await;
        assert_eq!(output.status.code(), Some(3), "{gone:?}: {output:?}");
    }
}

#[tokio::test]
async fn what_was_missing_when_tempo_stopped_answering_is_unknown_and_not_missing() {
    let script = Script::of(&[Told::Spans(&[Part::Root]), Told::Down]);
    let file =
        "checks: [{name: a, request: '${BASE}/orders', within: 500ms, expect: {services: orders}}]";
    let (output, _) = smoke(script, file).await;
    assert_eq!(output.status.code(), Some(3), "{output:?}");
}

#[tokio::test]
async fn an_outage_begins_the_time_anew_in_which_a_trace_settles() {
    let script = Script::of(&[
        Told::Spans(&[Part::Root]),
        Told::Down,
        Told::Down,
        Told::Down,
        Told::Spans(&[Part::Root]),
        Told::Spans(&[Part::Root, Part::Failed]),
    ]);
    let (output, _) = smoke(script, &request("600ms", "5s")).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[tokio::test]
async fn a_trace_without_its_beginning_is_awaited_to_the_end_of_the_time_and_no_longer() {
    let growing = Script::of(&[
        Told::Spans(&[Part::Orphan]),
        Told::Spans(&[Part::Orphan]),
        Told::Spans(&[Part::Orphan]),
        Told::Spans(&[Part::Orphan]),
        Told::Spans(&[Part::Orphan, Part::Root, Part::Failed]),
    ]);
    let (output, _) = smoke(growing, &request("100ms", "3s")).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let rootless = Script::of(&[Told::Spans(&[Part::Orphan])]);
    let (output, _) = smoke(rootless, &request("100ms", "700ms")).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[tokio::test]
async fn a_span_whose_id_cannot_be_read_leaves_its_absence_unknown() {
    for parts in [
        &[Told::Spans(&[Part::Root, Part::Illegible])],
        &[Told::Spans(&[Part::Illegible])],
    ] {
        let (output, _) = smoke(Script::of(parts), &request("100ms", "500ms")).await;
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        let shown = super::stdout(&output);
        assert!(shown.contains("no id that can be read"), "{shown}");
    }
}

#[tokio::test]
async fn a_run_that_failed_does_not_end_the_wait_for_the_next() {
    let script = Script {
        searches: &[&[FIRST], &[FIRST], &[SECOND, FIRST]],
        second: Told::Spans(&[Part::Root]),
        ..Script::of(&[Told::Spans(&[Part::Root, Part::Failed])])
    };
    let (output, _) = smoke(script, &run("100ms", "5s")).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(super::stdout(&output).contains(SECOND));
}

#[tokio::test]
async fn a_run_settles_whatever_others_come_after_it() {
    let script = Script {
        // It is found once; then others are newer.
        searches: &[&[FIRST], &[SECOND]],
        second: Told::Spans(&[Part::Root, Part::Failed]),
        ..Script::of(&[Told::Spans(&[Part::Root])])
    };
    let (output, _) = smoke(script, &run("300ms", "3s")).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(super::stdout(&output).contains(FIRST));
}

#[tokio::test]
async fn a_query_that_is_refused_is_asked_once() {
    let script = Script {
        refusal: Some(StatusCode::BAD_REQUEST),
        ..Script::of(&[Told::Nothing])
    };
    let (output, script) = smoke(script, &run("100ms", "30s")).await;
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!(script.lock().unwrap().searched, 1);
}

#[tokio::test]
async fn a_time_that_tempo_3_cannot_keep_is_named() {
    let script = Script::of(&[Told::Nothing]);
    let (output, _) = smoke(script, &run("100ms", "500ms")).await;
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let shown = super::stdout(&output).replace('\n', " ");
    assert!(shown.contains("none younger than 30 s"), "{shown}");
}

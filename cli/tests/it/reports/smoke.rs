//! Smoke checks with the real program: a service that answers, a Tempo that has, lacks or hides its trace.

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

use crate::{
    fake_stack::{FakeEngine, FakePages, FakeTempo, Generation, TEMPO, WEB, Wire, beside},
    program,
};

/// A service and its backend in one: what is asked of `/orders` is found at `/api/v2/traces/{id}`.
#[derive(Default)]
struct Shop {
    /// The last `traceparent`, split at its dashes.
    traceparent: Vec<String>,
    /// How many requests came.
    requests: usize,
    /// So many of them are answered with 503.
    refused: usize,
    /// Whether the second service has no parent in the trace.
    torn: bool,
    /// So many questions for the trace are answered with 404.
    late: usize,
    /// Whether its backend says that it left spans out.
    partial: bool,
    /// What its backend counts as refused.
    refusals: Refusals,
    /// How often the counters were asked for.
    counted: u64,
}

#[derive(Default, Clone, Copy)]
enum Refusals {
    /// It has no counters.
    #[default]
    Untold,
    /// Always the same.
    Steady,
    /// One more each time.
    Growing,
}

/// A shop whose trace is there without a request.
fn after_a_run() -> Shop {
    Shop {
        traceparent: ["00", RUN, "eeeeeeeeeeeeeeee", "01"]
            .map(str::to_owned)
            .to_vec(),
        ..Shop::default()
    }
}

const RUN: &str = "0af7651916cd43dd8448eb211c80319c";

type Shared = Arc<Mutex<Shop>>;

async fn order(State(shop): State<Shared>, headers: HeaderMap) -> (StatusCode, &'static str) {
    let mut shop = shop.lock().unwrap();
    let header = headers["traceparent"].to_str().unwrap();
    shop.traceparent = header.split('-').map(str::to_owned).collect();
    shop.requests += 1;
    if shop.requests <= shop.refused {
        (StatusCode::SERVICE_UNAVAILABLE, "not yet")
    } else {
        (StatusCode::CREATED, "{\"ok\":true}")
    }
}

async fn trace(
    State(shop): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<Value>, StatusCode> {
    let mut shop = shop.lock().unwrap();
    if shop.traceparent.get(1) != Some(&id) || shop.late > 0 {
        shop.late = shop.late.saturating_sub(1);
        return Err(StatusCode::NOT_FOUND);
    }
    let client = if shop.torn {
        "dddddddddddddddd"
    } else {
        "bbbbbbbbbbbbbbbb"
    };
    let span = |id: &str, parent: &str, name: &str, kind: u8| {
        json!({"spanId": id, "parentSpanId": parent, "name": name, "kind": kind,
            "startTimeUnixNano": "1000000000", "endTimeUnixNano": "1005000000",
            "attributes": [{"key": "http.response.status_code", "value": {"intValue": "201"}}]})
    };
    let batch = |service: &str, spans: Vec<Value>| {
        json!({"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
            "scopeSpans": [{"spans": spans}]})
    };
    let web = vec![
        span("aaaaaaaaaaaaaaaa", &shop.traceparent[2], "POST /orders", 2),
        span("bbbbbbbbbbbbbbbb", "aaaaaaaaaaaaaaaa", "POST", 3),
    ];
    let orders = vec![span("cccccccccccccccc", client, "store", 2)];
    let mut answer = json!({
        "trace": {"resourceSpans": [batch("web", web), batch("orders", orders)]}
    });
    if shop.partial {
        answer["status"] = "PARTIAL".into();
        answer["message"] = "too large".into();
    }
    Ok(Json(answer))
}

/// A run of now, and one of long ago.
async fn search(State(shop): State<Shared>) -> Json<Value> {
    let id = shop.lock().unwrap().traceparent.get(1).cloned();
    let now = jiff::Timestamp::now().as_nanosecond().to_string();
    let runs = id.map(|id| json!({"traceID": id, "startTimeUnixNano": now}));
    let old =
        json!({"traceID": "4bf92f3577b34da6a3ce929d0e0e4736", "startTimeUnixNano": "1000000000"});
    Json(json!({"traces": runs.into_iter().chain([old]).collect::<Vec<_>>()}))
}

async fn metrics(State(shop): State<Shared>) -> Result<String, StatusCode> {
    let mut shop = shop.lock().unwrap();
    shop.counted += 1;
    let refused = match shop.refusals {
        Refusals::Untold => return Err(StatusCode::NOT_FOUND),
        Refusals::Steady => 7,
        Refusals::Growing => shop.counted,
    };
    Ok(format!(
        "tempo_receiver_refused_spans{{transport=\"grpc\"}} {refused}\n"
    ))
}

/// Serves both and returns their address.
async fn served(shop: Shop) -> (SocketAddr, Shared) {
    let shop = Arc::new(Mutex::new(shop));
    let router = Router::new()
        .route("/orders", any(order))
        .route("/api/v2/traces/{id}", get(trace))
        .route("/api/search", get(search))
        .route("/metrics", get(metrics))
        .with_state(Arc::clone(&shop));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, shop)
}

/// Runs the program beside a file of checks.
async fn smoke(
    file: &str,
    address: SocketAddr,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Output {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("smoke.yml"), file).unwrap();
    tokio::process::Command::new(env!("CARGO_BIN_EXE_ptctl"))
        .current_dir(folder.path())
        .env_clear()
        .env("BASE", format!("http://{address}"))
        .envs(variables.iter().copied())
        .args(["smoke", "--tempo-url", &format!("http://{address}/")])
        .args(arguments)
        .output()
        .await
        .unwrap()
}

const GOOD: &str = "\
settle: 100ms
within: 5s
checks:
  - name: an order is traced
    request:
      url: ${BASE}/orders
      body: '{\"item\": 1}'
      retries: 2
    expect:
      status: 201
      body: ok
      services: [web, orders]
      edges: web -> orders
      orphans: none
      errors: none
      duration: {under: 1s}
      spans:
        - name: store
          service: orders
          kind: server
          parent: {service: web, name: POST}
          attributes: {http.response.status_code: 201}
          count: 1
        - service: web
          name: POST /orders
          parent: none
";

/// What differs from run to run: ids, ports and times.
fn scrubbed(text: &str, address: SocketAddr) -> String {
    let text = text.replace(&address.to_string(), "HOST");
    let mut scrubbed = String::new();
    for line in text.lines() {
        let mut words: Vec<String> = line
            .split(' ')
            .map(|word| {
                let is_id = word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
                if is_id {
                    "ID".to_owned()
                } else {
                    word.to_owned()
                }
            })
            .collect();
        for at in 1..words.len() {
            if words[at] == "ms" || words[at] == "ms," {
                words[at - 1] = String::from("N");
            }
        }
        scrubbed.push_str(&words.join(" "));
        scrubbed.push('\n');
    }
    scrubbed
}

#[tokio::test]
async fn a_trace_that_is_as_expected_passes() {
    let (address, _) = served(Shop {
        late: 2,
        ..Shop::default()
    })
    .await;
    let output = smoke(GOOD, address, &[], &[]).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    insta::assert_snapshot!(scrubbed(&super::stdout(&output), address));
}

#[tokio::test]
async fn a_torn_trace_is_told_with_what_is_torn_and_where_it_was_expected() {
    let (address, _) = served(Shop {
        torn: true,
        ..Shop::default()
    })
    .await;
    let output = smoke(GOOD, address, &["--within", "1s"], &[]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    insta::assert_snapshot!(scrubbed(&super::stdout(&output), address));
}

#[tokio::test]
async fn every_format_ends_alike_and_tells_the_same() {
    for (format, told) in [
        (
            "table",
            "no span is an orphan: the trace lacks the parent of `store`",
        ),
        ("json", "\"expected\": \"no span is an orphan\""),
        (
            "junit",
            "<failure type=\"failed\" message=\"the trace lacks the parent of `store`",
        ),
        (
            "github",
            "::error file=smoke.yml,line=13,col=14,title=an order is traced::",
        ),
    ] {
        let (address, _) = served(Shop {
            torn: true,
            ..Shop::default()
        })
        .await;
        let output = smoke(GOOD, address, &["--within", "500ms", "-o", format], &[]).await;
        assert_eq!(output.status.code(), Some(1), "{format}: {output:?}");
        let text = super::stdout(&output);
        assert!(text.contains(told), "{format}: {text}");
        if format == "junit" {
            let document = roxmltree::Document::parse(&text).unwrap();
            let suites = document.root_element();
            assert_eq!(suites.attribute("failures"), Some("3"), "{text}");
        }
    }
}

#[tokio::test]
async fn on_github_the_annotations_stand_beside_any_output() {
    let (address, _) = served(Shop {
        torn: true,
        ..Shop::default()
    })
    .await;
    let output = smoke(
        GOOD,
        address,
        &["--within", "500ms"],
        &[("GITHUB_ACTIONS", "true")],
    )
    .await;
    assert!(super::stderr(&output).contains("::error file=smoke.yml,line="));
    assert!(!super::stdout(&output).contains("::error"));
}

#[tokio::test]
async fn on_github_a_file_is_named_from_the_top_of_the_repository() {
    let (address, _) = served(Shop {
        torn: true,
        ..Shop::default()
    })
    .await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ci/orders.yml");
    std::fs::create_dir(folder.path().join("ci")).unwrap();
    for (text, place) in [
        (GOOD.to_owned(), "file=ci/orders.yml,line=13,col=14,"),
        (
            GOOD.replace("orphans: none", "orphans: some"),
            "file=ci/orders.yml,line=14,col=16,",
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let arguments = ["--within", "500ms", "-o", "github", file.to_str().unwrap()];
        let variables = [
            ("GITHUB_WORKSPACE", folder.path().to_str().unwrap()),
            ("GITHUB_ACTIONS", "true"),
        ];
        let output = smoke("", address, &arguments, &variables).await;
        let told = super::stdout(&output) + &super::stderr(&output);
        assert!(told.contains(&format!("::error {place}")), "{told}");
    }
}

#[tokio::test]
async fn a_request_is_sent_again_only_as_often_as_the_file_says() {
    for (retries, code, requests) in [("0", 1, 1), ("2", 0, 3)] {
        let (address, shop) = served(Shop {
            refused: 2,
            ..Shop::default()
        })
        .await;
        let file = GOOD.replace("retries: 2", &format!("retries: {retries}"));
        let output = smoke(&file, address, &[], &[]).await;
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert_eq!(shop.lock().unwrap().requests, requests);
    }
}

#[tokio::test]
async fn a_wrong_file_is_told_by_place_and_nothing_is_sent() {
    let (address, shop) = served(Shop::default()).await;
    let file = GOOD.replace("orphans: none", "orphans: some");
    let output = smoke(&file, address, &[], &[]).await;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(
        super::stderr(&output),
        "smoke.yml:14:16: `some` means nothing for `orphans`; write `none`\n\
         error: nothing was checked: `smoke.yml` has 1 problem\n"
    );
    assert_eq!(shop.lock().unwrap().requests, 0);
}

#[tokio::test]
async fn a_time_that_is_too_short_to_see_what_stays_absent_is_wrong_usage() {
    let (address, shop) = served(Shop::default()).await;
    let output = smoke(GOOD, address, &["--within", "100ms"], &[]).await;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let told = super::stderr(&output);
    assert!(
        told.contains("cannot stay as it is for 100ms within 100ms"),
        "{told}"
    );
    assert_eq!(shop.lock().unwrap().requests, 0);
}

#[tokio::test]
async fn without_a_file_the_hint_names_both_ways() {
    let (address, _) = served(Shop::default()).await;
    let output = smoke(GOOD, address, &["other.yml"], &[]).await;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(super::stderr(&output).contains("`ptctl smoke --url URL`"));
}

#[tokio::test]
async fn what_tempo_left_out_is_neither_absent_nor_missing() {
    let (address, _) = served(Shop {
        partial: true,
        ..Shop::default()
    })
    .await;
    let file = GOOD.replace("services: [web, orders]", "services: [web, stock]");
    let output = smoke(&file, address, &["--within", "500ms", "-o", "json"], &[]).await;
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let told: Vec<(&str, &str)> = report["checks"][0]["expected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let text = |key: &str| one[key].as_str().unwrap();
            (text("expected"), text("outcome"))
        })
        .collect();
    for known in [
        ("`web` has a span in the trace", "held"),
        ("`stock` has a span in the trace", "unknown"),
        ("`web` calls `orders` within the trace", "held"),
        ("no span is an orphan", "unknown"),
        ("no span has the status error", "unknown"),
        ("the trace takes 1s at most", "unknown"),
        ("a span `POST /orders` of `web`, beneath none", "held"),
    ] {
        assert!(told.contains(&known), "{known:?} in {told:?}");
    }
}

#[tokio::test]
async fn losses_that_nobody_counts_are_unknown_and_never_none() {
    let (address, _) = served(Shop::default()).await;
    let file = format!("{GOOD}      losses: none\n");
    let output = smoke(&file, address, &[], &[]).await;
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(super::stdout(&output).contains("the counters could not be read"));
}

#[tokio::test]
async fn only_what_was_refused_meanwhile_is_a_loss() {
    for (refusals, code, told) in [
        (Refusals::Steady, 0, "all 12 hold"),
        (Refusals::Growing, 1, "`127.0.0.1` refused 1 span"),
    ] {
        let shop = Shop {
            refusals,
            ..Shop::default()
        };
        let (address, _) = served(shop).await;
        let file = format!("{GOOD}      losses: none\n");
        let output = smoke(&file, address, &[], &[]).await;
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let shown = super::stdout(&output);
        assert!(shown.contains(told), "{shown}");
    }
}

const AWAITED: &str = "\
within: 2s
checks:
  - name: a run is traced
    wait_for:
      service: web
    expect:
      services: orders
";

#[tokio::test]
async fn a_run_is_found_by_its_service_and_an_older_one_does_not_count() {
    let (address, _) = served(after_a_run()).await;
    let output = smoke(AWAITED, address, &["-o", "json"], &[]).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["checks"][0]["trace_id"], RUN);
    assert_eq!(report["checks"][0]["requests"], 0);

    let (address, _) = served(Shop::default()).await;
    let output = smoke(AWAITED, address, &["--within", "500ms"], &[]).await;
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let shown = super::stdout(&output);
    assert!(shown.contains("Tempo finds none by"), "{shown}");
}

#[tokio::test]
async fn a_log_is_read_for_the_id_of_the_trace() {
    for (line, code) in [(RUN, 0), ("4bf92f3577b34da6a3ce929d0e0e4736", 1)] {
        let (address, _) = served(after_a_run()).await;
        let engine = FakeEngine::on_socket(Wire::Docker20);
        let now = jiff::Timestamp::now().to_string();
        let text = format!("level=info msg=ordered trace_id={line}");
        let lines: &[(u8, &str, &[u8])] = &[(1, &now, text.as_bytes())];
        engine.answer(
            &format!("/containers/{WEB}/logs"),
            FakeEngine::framed(lines),
        );
        let file = format!("{AWAITED}      logs: web\n");
        std::fs::write(engine.folder().join("smoke.yml"), file).unwrap();
        let tempo = format!("http://{address}/");
        let arguments = ["smoke", "--tempo-url", &tempo, "--within", "1s"];
        let output = program::ptctl(&engine, &arguments).await;
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let shown = super::stdout(&output);
        let is_missed =
            shown.contains("the log of `web` has the trace id: none of its lines has it");
        assert_eq!(is_missed, code == 1, "{shown}");
    }
}

#[tokio::test]
async fn the_stacks_own_tempo_is_found_and_counts_only_beside_everybody_else_who_does() {
    let tempo = FakeTempo::ready(Generation::Three).await;
    let engine = beside(&tempo);
    let file = "\
checks:
  - name: a recorded run
    wait_for: {service: docutag-controller, since: 87600h}
    expect: {services: docutag-controller, losses: none}
";
    std::fs::write(engine.folder().join("smoke.yml"), file).unwrap();
    let output = program::ptctl(&engine, &["smoke", "-p", "shop"]).await;
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let shown = super::stdout(&output);
    assert!(
        shown.contains("the counters could not be read: `web`: "),
        "{shown}"
    );

    let page = "telemetry_spans_made_total 9\ntelemetry_spans_dropped_total 2\n";
    let pages = FakePages::of(&[("/metrics", 200, page)]).await;
    engine.change(WEB, |described| {
        described["NetworkSettings"]["Ports"] = json!({"8080/tcp":
            [{"HostIp": "127.0.0.1", "HostPort": pages.port().to_string()}]});
    });
    let output = program::ptctl(&engine, &["smoke", "-p", "shop"]).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let shown = super::stdout(&output);
    assert!(shown.contains("all 3 hold"), "{shown}");
    assert!(shown.contains("counted   by tempo, web"), "{shown}");
}

#[tokio::test]
async fn a_stack_without_a_tempo_that_answers_is_told_before_anything_is_sent() {
    let (address, shop) = served(Shop::default()).await;
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.change(TEMPO, |described| {
        described["State"]["Running"] = false.into();
        described["State"]["Status"] = "exited".into();
    });
    let url = format!("http://{address}/orders");
    let output = program::ptctl(&engine, &["smoke", "-p", "shop", "--url", &url]).await;
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(super::stderr(&output).contains("no Tempo can be asked for traces: `tempo`: "));
    assert_eq!(shop.lock().unwrap().requests, 0);
}

/// A smoke check of a service that answers, with this Tempo.
async fn simple(tempo: &str) -> Output {
    let (address, _) = served(Shop::default()).await;
    tokio::process::Command::new(env!("CARGO_BIN_EXE_ptctl"))
        .env_clear()
        .args([
            "smoke",
            "--url",
            &format!("http://{address}/orders"),
            "--tempo-url",
            tempo,
            "--within",
            "2s",
        ])
        .output()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_tempo_that_answers_no_question_is_not_one_that_lacks_the_trace() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", closed.local_addr().unwrap());
    drop(closed);
    let output = simple(&address).await;
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(super::stdout(&output).contains("Tempo could not be asked"));
}

#[tokio::test]
async fn a_tempo_that_does_not_have_the_trace_in_time_ends_with_four() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let tempo = Router::new().fallback(|| async { StatusCode::NOT_FOUND });
    let server = tokio::spawn(async move { axum::serve(listener, tempo).await });
    let output = simple(&address).await;
    server.abort();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
}

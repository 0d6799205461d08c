//! `ptctl trace` against a backend with traces of many shapes, and against recorded answers of Tempo's.

use std::time::Duration;

use serde_json::json;

use crate::{
    backend::{Backend, document, sent, stdout},
    fake_stack::{Answer, FakeEngine, FakeTempo, Generation, TEMPO, WEB, Wire, beside},
    program::{both, ptctl},
};

const ID: &str = "00c7651916cd43dd8448eb211c80319c";
const ORPHANS: &str = "000000000000000041d4fd899fc56ac7";
const LOOP: &str = "dddddddddddddddddddddddddddddddd";

/// A request through three services, of which one failed, and four other traces.
async fn backend() -> Backend {
    let backend = Backend::start().await;
    let mut checkout = sent(1, 0, "GET /checkout", 0, 480);
    checkout.more = json!({"kind": 2, "attributes": [{"key": "http.status_code", "value": {"intValue": "502"}}]});
    let mut call = sent(2, 1, "POST orders", 20, 460);
    call.more = json!({"kind": 3, "status": {"code": 2}});
    backend.send(ID, "frontend", &[checkout, call]).await;
    let mut order = sent(3, 2, "POST /orders", 30, 450);
    order.more = json!({
        "kind": 2, "status": {"code": 2, "message": "card refused \u{1b}[31mred"},
        "attributes": [{"key": "db.password", "value": {"stringValue": "hunter2"}}],
        "events": [{"timeUnixNano": (backend.now + 90_000_000).to_string(), "name": "cache_miss",
            "attributes": [{"key": "user", "value": {"stringValue": "7"}}]}],
    });
    let mut spans = vec![order];
    spans.extend((10..40).map(|id| {
        sent(
            id,
            3,
            "SELECT item",
            i128::from(id) * 10,
            i128::from(id) * 10 + 9,
        )
    }));
    backend.send(ID, "orders", &spans).await;
    let mut charge = sent(4, 2, "POST /charge", 5, 10);
    charge.more = json!({"kind": 2});
    backend.send(ID, "payments", &[charge]).await;
    let orphans = [
        sent(1, 99, "fetch", 0, 10),
        sent(2, 99, "parse", 12, 20),
        sent(3, 98, "store", 30, 31),
    ];
    backend.send(ORPHANS, "scraper", &orphans).await;
    backend
        .send(
            LOOP,
            "loop",
            &[sent(1, 2, "one", 0, 9), sent(2, 1, "two", 1, 8)],
        )
        .await;
    backend
}

#[tokio::test]
async fn traces_are_found_by_what_one_of_their_spans_is_like() {
    let backend = backend().await;
    let ids = async |filter: &[&str]| {
        let arguments: Vec<&str> = ["trace", "search", "-o", "json"]
            .iter()
            .chain(filter)
            .copied()
            .collect();
        let output = backend.ptctl(&arguments).await;
        assert_eq!(output.status.code(), Some(0), "{}", both(&output));
        let found = document(&output);
        let mut ids: Vec<String> = found["traces"]
            .as_array()
            .unwrap()
            .iter()
            .map(|trace| trace["trace_id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&[]).await, [ORPHANS, ID, LOOP]);
    assert_eq!(ids(&["--service", "orders"]).await, [ID]);
    assert_eq!(ids(&["--operation", "fetch"]).await, [ORPHANS]);
    assert_eq!(ids(&["--status", "error"]).await, [ID]);
    assert_eq!(ids(&["--min-duration", "400ms"]).await, [ID]);
    assert_eq!(ids(&["--max-duration", "10ms"]).await, [LOOP]);
    assert_eq!(ids(&["-a", "http.status_code=502"]).await, [ID]);
    assert_eq!(
        ids(&["-a", "span.http.status_code>=503"]).await,
        Vec::<String>::new()
    );
    assert_eq!(
        ids(&["-a", "resource.service.name=~scr.*"]).await,
        [ORPHANS]
    );
    assert_eq!(
        ids(&[
            "--query",
            "{ name = \"GET /checkout\" } >> { name = \"POST /orders\" }"
        ])
        .await,
        [ID]
    );
    assert_eq!(ids(&["--query", "{ } | count() > 3"]).await, [ID]);
    assert_eq!(
        ids(&["--until", "30m", "--since", "1h"]).await,
        Vec::<String>::new()
    );
    // One span has to meet all.
    assert_eq!(
        ids(&["--service", "frontend", "--operation", "POST /orders"]).await,
        Vec::<String>::new()
    );
    // What would end the text and open the query finds nothing and breaks nothing.
    for name in ["a\" } || { \"", "\\", "a\nb", "`", "\u{7f}\u{1}"] {
        assert_eq!(
            ids(&["--service", name]).await,
            Vec::<String>::new(),
            "{name:?}"
        );
    }
}

#[tokio::test]
async fn a_list_of_traces_tells_its_roots_and_whether_there_may_be_more() {
    let backend = backend().await;
    let output = backend.ptctl(&["trace", "search"]).await;
    let page = stdout(&output);
    let row = page.lines().find(|line| line.contains(ID)).unwrap();
    assert!(
        row.contains("480 ms     34      2  frontend: GET /checkout"),
        "{page}"
    );
    assert!(
        page.contains(ORPHANS) && page.contains("(root missing)"),
        "{page}"
    );
    assert!(
        page.contains("UTC") && !page.contains("may be more"),
        "{page}"
    );
    let output = backend.ptctl(&["trace", "search", "--limit", "2"]).await;
    assert!(
        stdout(&output).contains("stopped at the limit of 2"),
        "{}",
        both(&output)
    );
    let output = backend
        .ptctl(&["trace", "search", "--limit", "2", "-o", "json"])
        .await;
    assert_eq!(document(&output)["may_have_more"], true);
}

#[tokio::test]
async fn a_query_that_tempo_does_not_take_is_told_in_its_words_with_what_to_do() {
    let backend = Backend::start().await;
    let output = backend
        .ptctl(&["trace", "search", "--query", "{ foo"])
        .await;
    assert_eq!(output.status.code(), Some(2));
    let told = both(&output);
    for part in [
        "`{ foo`",
        "parse error at line 1, col 3: unknown identifier: foo",
        "hint: name an attribute with its scope",
    ] {
        assert!(told.contains(part), "{part} is not in:\n{told}");
    }
    let output = backend.ptctl(&["trace", "search", "--since", "8d"]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(
        both(&output).contains("range specified by start and end exceeds"),
        "{}",
        both(&output)
    );
    let output = backend
        .ptctl(&["trace", "search", "--since", "1h", "--until", "2h"])
        .await;
    assert_eq!(output.status.code(), Some(2), "{}", both(&output));
}

#[tokio::test]
async fn a_trace_is_shown_by_its_id_in_any_form() {
    let backend = backend().await;
    let parent = format!("traceparent: 00-{ID}-00f067aa0ba902b7-01");
    let upper = ID.to_uppercase();
    for id in [ID, &ID[2..], &upper, &parent, "AMdlGRbNQ92ESOshHIAxnA=="] {
        let output = backend.ptctl(&["trace", "show", id, "-o", "json"]).await;
        assert_eq!(output.status.code(), Some(0), "{id}: {}", both(&output));
        assert_eq!(document(&output)["trace_id"], ID);
    }
    let output = backend.ptctl(&["trace", "show", "123"]).await;
    assert_eq!(output.status.code(), Some(1), "{}", both(&output));
    assert!(
        both(&output).contains("no span of the trace 00000000000000000000000000000123 is stored")
    );
    let output = backend.ptctl(&["trace", "show", "zz"]).await;
    assert_eq!(output.status.code(), Some(2), "{}", both(&output));
}

#[tokio::test]
async fn a_waterfall_shows_failures_folds_repetition_and_lets_nothing_through() {
    let backend = backend().await;
    let output = backend.ptctl(&["trace", "show", ID, "--events"]).await;
    let page = stdout(&output);
    for part in [
        "frontend: GET /checkout",
        "34 spans of 3 services, 2 failed",
        "card refused \\u{1b}[31mred",
        "27 more × SELECT item (9.00 ms to 9.00 ms)",
        "cache_miss  user=7",
        "began up to 15.0 ms before the parent",
        "█",
        "▒",
    ] {
        assert!(page.contains(part), "{part} is not in:\n{page}");
    }
    assert!(
        !page.contains('\u{1b}') && !page.contains("cache_miss\u{1b}"),
        "{page}"
    );
    let output = backend
        .ptctl(&["trace", "show", ID, "--all", "--attributes", "--ascii"])
        .await;
    let page = stdout(&output);
    assert!(page.is_ascii(), "{page}");
    assert_eq!(page.matches("SELECT item").count(), 30, "{page}");
    assert!(
        page.contains("db.password=[redacted]") && !page.contains("hunter2"),
        "{page}"
    );
    let coloured = backend
        .ptctl(&["trace", "show", ID, "--color", "always"])
        .await;
    assert!(stdout(&coloured).contains("\u{1b}[31m"));
}

#[tokio::test]
async fn what_is_missing_of_a_trace_is_named() {
    let backend = backend().await;
    let page = stdout(&backend.ptctl(&["trace", "show", ORPHANS]).await);
    for part in [
        "its root is missing",
        "3 spans name parents that are missing: `0000000000000063`, `0000000000000062`",
        "? (missing: 2 spans name the parent 0000000000000063)",
    ] {
        assert!(page.contains(part), "{part} is not in:\n{page}");
    }
    let page = stdout(&backend.ptctl(&["trace", "show", LOOP]).await);
    assert!(page.contains("form a loop"), "{page}");
    let told = document(
        &backend
            .ptctl(&["trace", "show", ORPHANS, "-o", "json"])
            .await,
    );
    assert_eq!(told["spans"].as_array().unwrap().len(), 3);
    assert_eq!(told["warnings"][0]["warning"], "no_root");
    assert_eq!(told["spans"][0]["top"], "missing_parent");
}

#[tokio::test]
async fn a_trace_of_ten_thousand_spans_is_folded_and_all_of_it_is_counted() {
    let backend = Backend::start().await;
    let id = "c".repeat(32);
    let mut spans = vec![sent(1, 0, "batch", 0, 100_000)];
    for item in 0..1_111 {
        let at = i128::from(item) * 90;
        let own = 2 + item * 9;
        spans.push(sent(own, 1, "handle item", at, at + 80));
        spans.extend((0..8).map(|step| {
            let at = at + i128::from(step) * 10;
            sent(own + 1 + step, own, "step", at, at + 9)
        }));
    }
    for part in spans.chunks(1_000) {
        backend.send(&id, "worker", part).await;
    }
    let started = std::time::Instant::now();
    let page = stdout(&backend.ptctl(&["trace", "show", &id]).await);
    assert!(started.elapsed() < Duration::from_secs(30));
    assert!(
        page.contains("10000 spans of 1 service, 0 failed"),
        "{page}"
    );
    assert!(page.contains("1108 more × handle item"), "{page}");
    assert!(page.lines().count() < 100, "{page}");
}

#[tokio::test]
async fn recorded_answers_of_both_generations_are_found_and_shown_through_the_published_port() {
    for generation in [Generation::Two, Generation::Three] {
        let tempo = FakeTempo::ready(generation).await;
        let engine = beside(&tempo);
        let output = ptctl(&engine, &["trace", "search", "-p", "shop"]).await;
        assert_eq!(output.status.code(), Some(0), "{}", both(&output));
        assert!(
            stdout(&output).contains("docutag-scheduler: schedule.tick"),
            "{}",
            both(&output)
        );
        let output = ptctl(
            &engine,
            &[
                "trace",
                "show",
                "7175e4eb8933f397ab48279e54707789",
                "-p",
                "shop",
            ],
        )
        .await;
        assert_eq!(output.status.code(), Some(0), "{}", both(&output));
        let page = stdout(&output);
        for part in [
            "docutag-controller: POST /api/scrape",
            "scrape failed",
            "(published port)",
        ] {
            assert!(page.contains(part), "{part} is not in:\n{page}");
        }
    }
}

#[tokio::test]
async fn the_tenant_is_sent_and_its_lack_is_told() {
    let tempo = FakeTempo::with_tenants().await;
    let engine = beside(&tempo);
    let output = ptctl(&engine, &["trace", "search", "-p", "shop"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    assert!(
        both(&output).contains("hint: name the tenant with `--tenant ID`"),
        "{}",
        both(&output)
    );
    let output = ptctl(
        &engine,
        &["trace", "search", "-p", "shop", "--tenant", "shop"],
    )
    .await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
}

#[tokio::test]
async fn lines_of_logs_that_name_the_trace_stand_beneath_it_by_time() {
    let backend = backend().await;
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let at = |milliseconds: i128| {
        jiff::Timestamp::from_nanosecond(backend.now + milliseconds * 1_000_000)
            .unwrap()
            .to_string()
    };
    let (early, late) = (at(100), at(300));
    let named = format!("level=info msg=charged trace_id={ID}");
    let failed = format!("level=error msg=refused trace_id={ID}");
    engine.answer(
        &format!("/containers/{WEB}/logs"),
        FakeEngine::framed(&[
            (1, &early, named.as_bytes()),
            (1, &early, b"level=info msg=other"),
            (1, &late, failed.as_bytes()),
        ]),
    );
    let url = backend.url();
    let show = [
        "trace",
        "show",
        ID,
        "--logs",
        "-p",
        "shop",
        "--tempo-url",
        &url,
    ];
    let output = ptctl(&engine, &show).await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    let page = stdout(&output);
    let (first, second) = (page.find("msg=charged"), page.find("msg=refused"));
    assert!(first.is_some() && first < second, "{page}");
    assert!(!page.contains("msg=other"), "{page}");
    let json: Vec<&str> = show.iter().copied().chain(["-o", "json"]).collect();
    let told = document(&ptctl(&engine, &json).await);
    assert_eq!(told["logs"].as_array().unwrap().len(), 2);
    assert_eq!(told["logs"][1]["level"], "error");

    let output = backend.ptctl(&["trace", "show", ID, "--logs"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    assert!(
        stdout(&output).contains("GET /checkout"),
        "{}",
        both(&output)
    );
}

#[tokio::test]
async fn where_no_tempo_answers_nothing_is_said_of_traces() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.change(TEMPO, |described| {
        described["State"]["Running"] = false.into();
        described["State"]["Status"] = "exited".into();
    });
    for arguments in [&["trace", "search"][..], &["trace", "show", ID]] {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["-p", "shop"]).collect();
        let output = ptctl(&engine, &arguments).await;
        assert_eq!(output.status.code(), Some(3), "{}", both(&output));
        assert!(stdout(&output).is_empty());
        assert!(
            both(&output).contains("no Tempo can be asked"),
            "{}",
            both(&output)
        );
    }
    engine.answer("/containers/json", Answer::Refusal(500, "no"));
    let output = ptctl(&engine, &["trace", "search"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
}

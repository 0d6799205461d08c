//! `ptctl map` against a backend with traces of services that call each other, and against recorded answers of Tempo's.

use serde_json::{Value, json};

use crate::{
    backend::{Backend, document, sent, stdout},
    fake_stack::{FakeEngine, FakePages, FakeTempo, Generation, TEMPO, Wire, beside},
    program::{both, ptctl, ptctl_with},
};

fn attributes(pairs: &[(&str, &str)]) -> Value {
    let attribute =
        |(key, value): &(&str, &str)| json!({"key": key, "value": {"stringValue": value}});
    pairs.iter().map(attribute).collect()
}

/// `web "1"` asks `orders`, which asks a database, a bank and itself, and leaves a message that `mailer` takes up in a
/// trace of its own; `cron` has to do with nobody.
async fn shop() -> Backend {
    let backend = Backend::start().await;
    for number in 1..=10_u64 {
        let (trace, other) = (format!("{number:032x}"), format!("{:032x}", number + 100));
        let kind = |kind: u8, span| {
            let mut span: crate::backend::Sent<'_> = span;
            span.more = json!({"kind": kind});
            span
        };
        let root = kind(2, sent(1, 0, "GET /", 0, 100));
        let mut call = kind(3, sent(2, 1, "POST", 10, 90));
        if number == 1 {
            call.more["status"] = json!({"code": 2});
        }
        backend.send(&trace, "web \"1\"", &[root, call]).await;
        let mut query = kind(3, sent(4, 3, "SELECT", 25, 30));
        query.more["attributes"] =
            attributes(&[("db.system.name", "postgresql"), ("server.address", "db")]);
        let mut pay = kind(3, sent(5, 3, "POST", 30, 50));
        pay.more["attributes"] =
            attributes(&[("url.full", "https://u:p@api.bank.example/pay?card=1")]);
        let mut publish = kind(4, sent(8, 3, "paid publish", 70, 71));
        publish.more["attributes"] = attributes(&[("messaging.system", "kafka")]);
        let orders = [
            kind(2, sent(3, 2, "POST /orders", 20, 80)),
            query,
            pay,
            kind(3, sent(6, 3, "GET", 50, 60)),
            kind(2, sent(7, 6, "GET /stock", 51, 59)),
            publish,
        ];
        backend.send(&trace, "orders", &orders).await;
        let mut process = kind(5, sent(1, 0, "paid process", 72, 75));
        process.more["links"] = json!([{"traceId": trace, "spanId": format!("{:016x}", 8)}]);
        backend.send(&other, "mailer", &[process]).await;
    }
    let tick = sent(1, 0, "tick", 0, 3);
    backend.send(&"c".repeat(32), "cron", &[tick]).await;
    backend
}

#[tokio::test]
async fn who_calls_whom_is_drawn_from_real_traces_with_figures() {
    let backend = shop().await;
    let told = document(&backend.ptctl(&["map", "-o", "json"]).await);
    let names: Vec<&str> = told["nodes"]
        .as_array()
        .map(|nodes| {
            nodes
                .iter()
                .filter_map(|node| node["name"].as_str())
                .collect()
        })
        .unwrap_or_default();
    assert_eq!(
        names,
        [
            "web \"1\"",
            "orders",
            "mailer",
            "cron",
            "db",
            "api.bank.example"
        ]
    );
    let call = |from: usize, to: usize| {
        let calls = told["calls"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let call = calls
            .iter()
            .find(|call| call["from"] == from && call["to"] == to);
        call.cloned().unwrap_or_default()
    };
    let asked = call(0, 1);
    assert_eq!((&asked["count"], &asked["errors"]), (&json!(10), &json!(1)));
    assert_eq!(asked["p50_ns"], 80_000_000);
    assert_eq!(call(1, 1)["count"], 10);
    assert_eq!(
        (&call(1, 2)["way"], &call(1, 2)["p99_ns"]),
        (&json!("message"), &json!(3_000_000))
    );
    assert_eq!(call(1, 5)["unanswered"], false);
    assert_eq!(told["nodes"][1]["figures"]["count"], 20);
    assert_eq!(told["nodes"][4]["system"], "postgresql");
    assert_eq!(told["backends"][0]["complete"], true);
}

#[tokio::test]
async fn a_map_is_read_as_text_and_drawn_by_graphviz_and_mermaid() {
    let backend = shop().await;
    let page = stdout(&backend.ptctl(&["map"]).await);
    for part in [
        "web \"1\"",
        "→ orders",
        "⇢ mailer",
        "→ db (postgresql)",
        "→ orders (itself)",
        "api.bank.example (not traced)",
        "cron (no calls)",
        "all 21 traces",
    ] {
        assert!(page.contains(part), "{part} is not in:\n{page}");
    }
    assert!(
        !page.contains("card=1") && !page.contains("kafka"),
        "{page}"
    );
    let dot = stdout(&backend.ptctl(&["map", "-o", "dot"]).await);
    assert!(
        dot.starts_with("digraph services {") && dot.contains(r#"label="web \"1\"\n"#),
        "{dot}"
    );
    assert!(
        dot.contains("shape=cylinder") && dot.contains("style=dashed"),
        "{dot}"
    );
    let chart = stdout(&backend.ptctl(&["map", "-o", "mermaid"]).await);
    assert!(
        chart.starts_with("flowchart LR\n  n0[\"web #34;1#34;<br/>"),
        "{chart}"
    );
    assert!(
        chart.contains("[(\"db<br/>postgresql\")]") && chart.contains("n1 -.->|"),
        "{chart}"
    );
}

#[tokio::test]
async fn a_service_that_the_newest_traces_do_not_show_is_searched_for() {
    let backend = shop().await;
    let told = document(&backend.ptctl(&["map", "-o", "json", "--traces", "1"]).await);
    let seen = |name: &str| {
        let nodes = told["nodes"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let node = nodes.iter().find(|node| node["name"] == name);
        node.map(|node| node["seen_in"].clone()).unwrap_or_default()
    };
    for name in ["orders", "cron", "mailer"] {
        assert!(
            seen(name) == "searched_traces" || seen(name) == "newest_traces",
            "{name}: {told}"
        );
    }
    assert!(told["nodes"].to_string().contains("searched_traces"));
    let notes = told["notes"].to_string();
    assert!(notes.contains("`--traces 5` reads more"), "{notes}");
}

#[tokio::test]
async fn recorded_answers_of_both_generations_are_drawn_through_the_published_port() {
    for generation in [Generation::Two, Generation::Three] {
        let tempo = FakeTempo::ready(generation).await;
        let engine = beside(&tempo);
        let output = ptctl(&engine, &["map", "-p", "shop"]).await;
        assert_eq!(output.status.code(), Some(0), "{}", both(&output));
        let page = stdout(&output);
        for part in [
            "docutag-controller",
            "→ docutag-scraper",
            "(published port)",
        ] {
            assert!(page.contains(part), "{part} is not in:\n{page}");
        }
    }
}

#[tokio::test]
async fn spans_without_a_service_name_do_not_hide_the_names_that_there_are() {
    let tempo = FakePages::of(&[
        (
            "/api/v2/search/tag/resource.service.name/values",
            200,
            r#"{"tagValues":[{"type":"string"},{"type":"string","value":"idle"}],"metrics":{}}"#,
        ),
        ("/api/search", 200, r#"{"traces":[],"metrics":{}}"#),
    ])
    .await;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("http://127.0.0.1:{}", tempo.port());
    let arguments = ["map", "--tempo-url", &url];
    let output = ptctl_with(folder.path(), "unix:///nonexistent", &arguments, &[]).await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    let page = stdout(&output);
    assert!(page.contains("idle (no trace of it was read)"), "{page}");
    assert!(!page.contains("could not be asked"), "{page}");
}

#[tokio::test]
async fn where_no_tempo_answers_nothing_is_drawn() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.change(TEMPO, |described| {
        described["State"]["Running"] = false.into();
        described["State"]["Status"] = "exited".into();
    });
    let output = ptctl(&engine, &["map", "-p", "shop", "-o", "dot"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    assert!(stdout(&output).is_empty());
}

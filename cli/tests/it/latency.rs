//! `ptctl latency` against recorded answers of Tempo's, and against a backend that counts nothing.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

use serde_json::json;

use crate::{
    backend::{Backend, document, sent, stdout},
    fake_stack::{FakeEngine, FakeTempo, Generation},
    program::{both, ptctl, ptctl_with},
};

/// Asks a fake at its address.
async fn ask(tempo: &FakeTempo, arguments: &[&str]) -> std::process::Output {
    let folder = tempfile::tempdir().unwrap();
    let url = tempo.url();
    let arguments: Vec<&str> = ["latency", "--tempo-url", url.as_str()]
        .into_iter()
        .chain(arguments.iter().copied())
        .collect();
    let nobody = "unix:///nonexistent/docker.sock";
    ptctl_with(folder.path(), nobody, &arguments, &[]).await
}

#[tokio::test]
async fn what_tempo_has_counted_is_shown_as_its_own_estimates() {
    let tempo = FakeTempo::ready(Generation::Three).await;
    let output = ask(&tempo, &[]).await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    let page = stdout(&output);
    for part in [
        "frontend\n  GET /checkout server",
        "lonely \"cron\"",
        "with TraceQL metrics:",
        "estimates between",
    ] {
        assert!(page.contains(part), "{part} is not in:\n{page}");
    }
    let told = document(&ask(&tempo, &["-o", "json", "--sort", "errors", "-n", "1"]).await);
    let backend = &told["backends"][0];
    assert_eq!(backend["source"], "traceql_metrics");
    assert_eq!(backend["operations"][0]["service"], "payments");
    assert_eq!(backend["operations"][0]["kind"], "client");
    assert!(backend["operations"][0]["error_rate"].as_f64().unwrap() > 0.1);
    assert!(backend["left_out"].as_u64().unwrap() > 10);
    assert!(
        tempo
            .asked()
            .iter()
            .all(|asked| !asked.starts_with("/api/search"))
    );
}

#[tokio::test]
async fn a_service_and_an_operation_are_asked_for_in_quotes() {
    let tempo = FakeTempo::ready(Generation::Three).await;
    ask(&tempo, &["sh\"op", "--operation", "GET /cart"]).await;
    let asked = tempo.asked();
    let queries: Vec<String> = asked
        .iter()
        .filter(|asked| asked.starts_with("/api/metrics/query"))
        .map(|asked| url::Url::parse(&format!("http://tempo{asked}")).unwrap())
        .map(|url| {
            url.query_pairs()
                .find(|(key, _)| key == "q")
                .unwrap()
                .1
                .into_owned()
        })
        .collect();
    assert_eq!(queries.len(), 3);
    let filter = r#"{ resource.service.name = "sh\"op" && name = "GET /cart" } | "#;
    assert!(
        queries.iter().all(|query| query.starts_with(filter)),
        "{queries:?}"
    );
}

#[tokio::test]
async fn a_tempo_without_metrics_is_measured_by_its_newest_traces_and_says_why() {
    let tempo = FakeTempo::ready(Generation::Two).await;
    let output = ask(&tempo, &[]).await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    let page = stdout(&output);
    for part in [
        "counted in",
        "Percentiles are those of this sample",
        "HTTP 500: error",
        "empty ring",
    ] {
        assert!(page.contains(part), "{part} is not in:\n{page}");
    }
    let asked = tempo.asked();
    let search = asked
        .iter()
        .find(|asked| asked.starts_with("/api/search"))
        .unwrap();
    assert!(
        search.contains("most_recent%3Dtrue") && search.contains("limit=200"),
        "{search}"
    );
}

#[tokio::test]
async fn a_time_that_is_too_long_for_metrics_is_told_in_tempo_s_words_with_what_to_do() {
    let tempo = FakeTempo::ready(Generation::Three).await;
    let output = ask(&tempo, &["--since", "2d"]).await;
    assert_eq!(output.status.code(), Some(2), "{}", both(&output));
    let told = both(&output);
    for part in [
        "exceeds the maximum allowed duration of 24h0m0s",
        "--traces 1000",
    ] {
        assert!(told.contains(part), "{part} is not in:\n{told}");
    }
    let output = ask(&tempo, &["--since", "2d", "--traces", "5"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    assert!(
        !stdout(&output).contains("metrics were not used"),
        "{}",
        both(&output)
    );
}

#[tokio::test]
async fn the_tenant_goes_with_the_question_and_its_lack_is_told() {
    let tempo = FakeTempo::with_tenants().await;
    let output = ask(&tempo, &[]).await;
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    assert!(
        both(&output).contains("hint: name the tenant with `--tenant ID`"),
        "{}",
        both(&output)
    );
    let output = ask(&tempo, &["--tenant", "shop"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
}

#[tokio::test]
async fn where_no_tempo_answers_nothing_is_measured() {
    let engine = FakeEngine::on_socket(crate::fake_stack::Wire::Docker20);
    engine.change(crate::fake_stack::TEMPO, |described| {
        described["State"]["Running"] = false.into();
        described["State"]["Status"] = "exited".into();
    });
    let output = ptctl(&engine, &["latency", "-p", "shop"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    assert!(stdout(&output).is_empty());
}

#[tokio::test]
async fn all_traces_of_a_time_tell_the_percentiles_exactly() {
    let backend = Backend::start().await;
    for number in 1..=100_u64 {
        let mut span = sent(1, 0, "GET /cart", 0, i128::from(number));
        span.more = match number {
            ..=3 => json!({"kind": 2, "status": {"code": 2}}),
            _ => json!({"kind": 2}),
        };
        backend
            .send(&format!("{number:032x}"), "shop", &[span])
            .await;
    }
    let told = document(&backend.ptctl(&["latency", "-o", "json"]).await);
    let measured = &told["backends"][0];
    assert_eq!(measured["source"], "sampled_traces");
    assert_eq!(
        (&measured["complete"], &measured["traces"]),
        (&json!(true), &json!(100))
    );
    let operation = &measured["operations"][0];
    assert_eq!(
        (&operation["count"], &operation["errors"]),
        (&json!(100), &json!(3))
    );
    for (key, milliseconds) in [
        ("p50_ns", 50),
        ("p95_ns", 95),
        ("p99_ns", 99),
        ("longest_ns", 100),
    ] {
        assert_eq!(operation[key], json!(milliseconds * 1_000_000), "{key}");
    }
    assert!((operation["per_second"].as_f64().unwrap() - 100.0 / 3_600.0).abs() < 1e-3);
    let page = stdout(&backend.ptctl(&["latency", "--traces", "10"]).await);
    assert!(
        page.contains("the newest 10 traces") && page.contains("`--traces 50` reads more"),
        "{page}"
    );
    let page = stdout(&backend.ptctl(&["latency", "nobody"]).await);
    assert!(page.starts_with("no span matches"), "{page}");
}

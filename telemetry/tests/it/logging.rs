//! The service's log lines.

use crate::support::collector::{Collector, hex};
use crate::support::service::Service;

#[tokio::test]
async fn a_line_inside_a_request_carries_its_ids_and_fields() {
    let collector = Collector::start().await;
    let endpoint = collector.address.to_string();
    let service = Service::start(&[("TEMPO_ENDPOINT", &endpoint)]).await;
    let trace = service
        .get("/api/log", &[("x-request-id", "order-17")])
        .await
        .body;
    let span = collector.span("GET /api/log").await;
    assert_eq!(trace, hex(&span.trace_id), "a spawned task is in the trace");
    let line = service.line("a line with fields").await;
    assert_eq!(line["trace_id"], hex(&span.trace_id));
    assert_eq!(line["span_id"], hex(&span.span_id));
    assert_eq!(line["request_id"], "order-17");
    assert_eq!(line["service"], "example");
    assert_eq!(line["level"], "WARN", "a field cannot pose as the level");
    assert_eq!(line["field.level"], "field");
    assert_eq!(line["count"], 3);
    assert_eq!(line["ratio"], 0.5);
    assert_eq!(line["fine"], true);
    let time = line["time"].as_str().expect("a time");
    assert!(time.ends_with('Z'), "{time} is not UTC");
    time.parse::<jiff::Timestamp>().expect("an RFC 3339 time");
}

#[tokio::test]
async fn a_line_put_together_at_run_time_is_like_any_other() {
    let service = Service::start(&[("OTEL_TRACES_EXPORTER", "none")]).await;
    service.get("/api/log", &[]).await;
    let line = service.line("a line put together").await;
    assert_eq!(line["names"], serde_json::json!(["a", "b\n"]));
    assert_eq!(line["trace_id"].as_str().map(str::len), Some(32));
    assert!(line.get("telemetry.fields").is_none());
}

#[tokio::test]
async fn a_line_begins_with_time_level_message_and_service() {
    let service = Service::start(&[("TEMPO_ENDPOINT", "127.0.0.1:9")]).await;
    let output = service.output();
    let first = output.lines().next().expect("a line");
    let after_time = first.split_once(r#"Z","#).expect("a time").1;
    assert!(first.starts_with(r#"{"time":""#), "{first}");
    assert!(
        after_time.starts_with(
            r#""level":"INFO","msg":"initializing tracer","service":"example","tempo_endpoint":"127.0.0.1:9""#
        ),
        "{first}"
    );
}

#[tokio::test]
async fn the_level_is_set_by_the_environment() {
    let mut service = Service::start(&[
        ("OTEL_TRACES_EXPORTER", "none"),
        ("RUST_LOG", "warn,traced_service=info"),
    ])
    .await;
    service.get("/api/documents/1", &[]).await;
    service.end().await;
    assert_eq!(service.lines_saying("document loaded").len(), 1);
    assert!(service.lines_saying("initializing tracer").is_empty());
}

#[tokio::test]
async fn a_level_not_understood_is_told_and_does_not_silence_the_log() {
    let service = Service::start(&[("OTEL_TRACES_EXPORTER", "none"), ("LOG_LEVEL", "loud")]).await;
    let line = service
        .line("log level not understood, going on with `info`")
        .await;
    assert_eq!(
        line["error"],
        "LOG_LEVEL is `loud`: expected one of `off`, `error`, `warn`, `info`, `debug`, `trace`"
    );
}

#[tokio::test]
async fn the_libraries_beneath_do_not_flood_a_debug_log() {
    let collector = Collector::start().await;
    let endpoint = collector.address.to_string();
    let mut service = Service::start(&[
        ("TEMPO_ENDPOINT", &endpoint),
        ("LOG_LEVEL", "trace"),
        ("OTEL_BSP_SCHEDULE_DELAY", "10"),
    ])
    .await;
    for _ in 0..20 {
        service.get("/api/broken", &[]).await;
    }
    collector.span("GET /api/broken").await;
    service.end().await;
    let lines = service.lines();
    assert!(
        lines.len() < 20,
        "{} lines:\n{}",
        lines.len(),
        service.output()
    );
}

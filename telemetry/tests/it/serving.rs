//! What a traced service sends to its backend about the requests it serves.

use std::time::Duration;

use crate::support::collector::{Collector, attributes, hex};
use crate::support::service::Service;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

async fn traced() -> (Collector, Service) {
    let collector = Collector::start().await;
    let endpoint = collector.address.to_string();
    let service = Service::start(&[("TEMPO_ENDPOINT", &endpoint)]).await;
    (collector, service)
}

fn traceparent() -> String {
    format!("00-{TRACE}-{PARENT}-01")
}

#[tokio::test]
async fn a_request_is_a_server_span_below_its_callers() {
    let (collector, service) = traced().await;
    service
        .get(
            "/api/documents/7?token=secret",
            &[
                ("traceparent", &traceparent()),
                ("tracestate", "vendor=one"),
                ("user-agent", "test/1"),
                ("x-request-id", "order-17"),
            ],
        )
        .await;
    let span = collector.span("GET /api/documents/{id}").await;
    assert_eq!(span.kind(), SpanKind::Server);
    assert_eq!(hex(&span.trace_id), TRACE);
    assert_eq!(hex(&span.parent_span_id), PARENT);
    assert_eq!(span.trace_state, "vendor=one");
    assert_eq!(span.status.unwrap_or_default().code(), StatusCode::Unset);
    let mut found: Vec<_> = attributes(&span.attributes).into_iter().collect();
    found.sort();
    let duration = found.iter().position(|(name, _)| name == "duration_ms");
    let (_, milliseconds) = found.remove(duration.expect("a duration"));
    assert!(milliseconds.parse::<f64>().expect("a number") > 0.0);
    let expected = [
        ("document.id", "7"),
        ("http.request.method", "GET"),
        ("http.response.status_code", "200"),
        ("http.route", "/api/documents/{id}"),
        ("network.protocol.version", "1.1"),
        ("request_id", "order-17"),
        ("url.path", "/api/documents/7"),
        ("url.scheme", "http"),
        ("user_agent.original", "test/1"),
    ];
    assert_eq!(
        found,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[tokio::test]
async fn events_and_child_spans_are_written_below_the_request() {
    let (collector, service) = traced().await;
    service.get("/api/documents/7", &[]).await;
    let server = collector.span("GET /api/documents/{id}").await;
    let event = &server.events[0];
    assert_eq!(event.name, "cache_miss");
    assert_eq!(attributes(&event.attributes)["key"], "document/7");
    let child = collector.span("store.load").await;
    assert_eq!(child.kind(), SpanKind::Internal);
    assert_eq!(child.trace_id, server.trace_id);
    assert_eq!(child.parent_span_id, server.span_id);
    assert!(
        server.parent_span_id.is_empty(),
        "the request began the trace"
    );
    assert!(server.start_time_unix_nano <= child.start_time_unix_nano);
    assert!(child.end_time_unix_nano <= server.end_time_unix_nano);
}

#[tokio::test]
async fn a_server_error_is_an_error_with_what_was_recorded() {
    let (collector, service) = traced().await;
    assert_eq!(service.get("/api/broken", &[]).await.status, 500);
    let span = collector.span("GET /api/broken").await;
    assert_eq!(
        span.status.clone().unwrap_or_default().code(),
        StatusCode::Error
    );
    assert_eq!(attributes(&span.attributes)["error.type"], "500");
    let exception = attributes(&span.events[0].attributes);
    assert_eq!(span.events[0].name, "exception");
    assert_eq!(exception["exception.message"], "the disk is full");
    assert_eq!(exception["exception.type"], "std::io::error::Error");
}

#[tokio::test]
async fn what_was_recorded_stays_the_description_of_the_error() {
    let (collector, service) = traced().await;
    service.get("/api/broken", &[]).await;
    let span = collector.span("GET /api/broken").await;
    assert_eq!(span.status.unwrap_or_default().message, "the disk is full");
}

#[tokio::test]
async fn a_callers_mistake_is_no_error_of_the_service() {
    let (collector, service) = traced().await;
    assert_eq!(service.get("/api/documents/seven", &[]).await.status, 400);
    assert_eq!(service.get("/nowhere", &[]).await.status, 404);
    let mistaken = collector.span("GET /api/documents/{id}").await;
    assert_eq!(
        mistaken.status.unwrap_or_default().code(),
        StatusCode::Unset
    );
    let lost = collector.span("GET").await;
    assert_eq!(attributes(&lost.attributes)["url.path"], "/nowhere");
    assert!(!attributes(&lost.attributes).contains_key("http.route"));
}

#[tokio::test]
async fn a_panic_ends_the_span_with_an_error() {
    let (collector, service) = traced().await;
    assert!(service.try_get("/api/panic", &[]).await.is_err());
    let span = collector.span("GET /api/panic").await;
    let status = span.status.clone().unwrap_or_default();
    assert_eq!(status.code(), StatusCode::Error);
    assert_eq!(status.message, "panic: the shelf is empty");
    assert_eq!(attributes(&span.attributes)["error.type"], "panic");
    assert_eq!(
        attributes(&span.events[0].attributes)["exception.message"],
        "the shelf is empty"
    );
}

#[tokio::test]
async fn health_is_not_traced_and_neither_is_what_it_does() {
    let (collector, service) = traced().await;
    assert_eq!(service.get("/health", &[]).await.body, "(None, None)");
    service.get("/api/documents/1", &[]).await;
    collector.span("GET /api/documents/{id}").await;
    let names: Vec<_> = collector
        .spans()
        .into_iter()
        .map(|span| span.name)
        .collect();
    assert_eq!(names, ["store.load", "GET /api/documents/{id}"]);
}

#[tokio::test]
async fn a_request_id_is_given_where_the_caller_has_none() {
    let (_collector, service) = traced().await;
    let named = service
        .get("/api/documents/1", &[("x-request-id", "order-17")])
        .await;
    assert_eq!(named.headers["x-request-id"], "order-17");
    let unnamed = service.get("/api/documents/1", &[]).await;
    assert_eq!(unnamed.headers["x-request-id"].len(), 36);
}

#[tokio::test]
async fn a_caller_that_does_not_sample_is_followed() {
    let (collector, service) = traced().await;
    service
        .get(
            "/api/documents/1",
            &[("traceparent", &format!("00-{TRACE}-{PARENT}-00"))],
        )
        .await;
    service.get("/api/broken", &[]).await;
    collector.span("GET /api/broken").await;
    assert_eq!(collector.spans().len(), 1);
    // The lines still say which trace it was.
    assert_eq!(service.line("document loaded").await["trace_id"], TRACE);
}

#[tokio::test]
async fn the_scope_is_the_service_and_the_resource_names_it() {
    let (collector, service) = traced().await;
    service.get("/api/broken", &[]).await;
    collector.span("GET /api/broken").await;
    let received = collector.received();
    let received = received.lock().expect("no panic");
    let sent = &received.requests[0].resource_spans[0];
    let resource = attributes(&sent.resource.as_ref().expect("a resource").attributes);
    assert_eq!(resource["service.name"], "example");
    assert_eq!(resource["telemetry.sdk.language"], "rust");
    assert_eq!(resource["telemetry.sdk.name"], "opentelemetry");
    assert!(resource.contains_key("service.instance.id"));
    let scope = sent.scope_spans[0].scope.as_ref().expect("a scope");
    assert_eq!(scope.name, "example");
}

#[tokio::test]
async fn a_slow_request_is_logged_with_its_ids() {
    let (collector, service) = traced().await;
    service
        .get("/api/slow", &[("x-request-id", "order-17")])
        .await;
    let line = service.line("slow operation detected").await;
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["route"], "/api/slow");
    assert_eq!(line["method"], "GET");
    assert_eq!(line["status"], 204);
    assert_eq!(line["request_id"], "order-17");
    assert!(line["duration_ms"].as_f64().expect("a number") >= 120.0);
    let span = collector.span("GET /api/slow").await;
    assert_eq!(line["trace_id"], hex(&span.trace_id));
    assert_eq!(line["span_id"], hex(&span.span_id));
}

#[tokio::test]
async fn the_counters_tell_what_was_made_and_sent() {
    let (collector, service) = traced().await;
    service.get("/api/documents/1", &[]).await;
    collector.span("GET /api/documents/{id}").await;
    service
        .counters("made: 2, sent: 2, failed: 0, dropped: 0, waiting: 0")
        .await;
}

#[tokio::test]
async fn a_scheduled_run_begins_a_trace_of_its_own() {
    let (collector, service) = traced().await;
    service
        .get("/api/scheduled", &[("traceparent", &traceparent())])
        .await;
    let run = collector.span("task.run").await;
    assert_ne!(hex(&run.trace_id), TRACE);
    assert!(run.parent_span_id.is_empty());
    for step in ["task.prepare", "task.step"] {
        let step = collector.span(step).await;
        assert_eq!(step.trace_id, run.trace_id);
        assert_eq!(step.parent_span_id, run.span_id);
    }
    let step = collector.span("task.step").await;
    assert_eq!(step.events[0].name, "step_done");
    let server = collector.span("GET /api/scheduled").await;
    assert_eq!(hex(&server.trace_id), TRACE);
}

#[tokio::test]
async fn a_request_whose_client_goes_away_is_noted_as_cancelled() {
    let (collector, service) = traced().await;
    let endless = service.get("/api/endless", &[]);
    let gone = tokio::time::timeout(Duration::from_millis(200), endless).await;
    assert!(gone.is_err());
    let span = collector.span("GET /api/endless").await;
    assert_eq!(span.events[0].name, "cancelled");
    let found = attributes(&span.attributes);
    assert!(found.contains_key("duration_ms"));
    assert!(!found.contains_key("http.response.status_code"));
}

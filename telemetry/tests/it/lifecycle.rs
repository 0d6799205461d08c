//! How tracing begins and ends, under every kind of runtime.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value as Json;
use tokio::net::TcpListener;
use tonic::Code;

use crate::support::collector::{Answer, Collector, spans};
use crate::support::eventually;
use crate::support::service::{Service, client};

/// A delay that no test waits for: what arrives was flushed.
const NEVER: (&str, &str) = ("OTEL_BSP_SCHEDULE_DELAY", "3600000");

#[tokio::test]
async fn no_span_is_lost_at_the_end_under_any_runtime() {
    for runtime in ["current_thread", "one_worker", "two_workers"] {
        for ending in ["shutdown", "drop"] {
            let collector = Collector::start().await;
            let endpoint = collector.address.to_string();
            let mut service = Service::start(&[
                ("TEMPO_ENDPOINT", &endpoint),
                ("RUNTIME", runtime),
                ("ENDING", ending),
                NEVER,
            ])
            .await;
            for id in 0..20 {
                service.get(&format!("/api/documents/{id}"), &[]).await;
            }
            assert!(collector.spans().is_empty(), "{runtime}: sent too early");
            let (status, took) = service.end().await;
            assert!(status.success(), "{runtime}, {ending}: {status}");
            assert!(
                took < Duration::from_millis(2500),
                "{runtime}, {ending}: {took:?}"
            );
            assert_eq!(
                spans(&collector.received()).len(),
                40,
                "{runtime}, {ending}"
            );
            let line = &service.lines_saying("tracer shut down")[0];
            assert_eq!(line["spans_made"], 40);
            assert_eq!(line["spans_sent"], 40);
        }
    }
}

#[tokio::test]
async fn more_spans_than_fit_in_a_batch_are_all_flushed() {
    let collector = Collector::start().await;
    let endpoint = collector.address.to_string();
    let mut service = Service::start(&[
        ("TEMPO_ENDPOINT", &endpoint),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "7"),
        NEVER,
    ])
    .await;
    for _ in 0..40 {
        service.get("/api/broken", &[]).await;
    }
    service.end().await;
    assert_eq!(spans(&collector.received()).len(), 40);
    let received = collector.received();
    let sizes: Vec<_> = received
        .lock()
        .expect("no panic")
        .requests
        .iter()
        .map(|request| request.resource_spans[0].scope_spans[0].spans.len())
        .collect();
    assert_eq!(sizes, [7, 7, 7, 7, 7, 5]);
}

#[tokio::test]
async fn an_absent_backend_does_not_hold_up_the_end() {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a free port");
    let endpoint = free.local_addr().expect("an address").to_string();
    drop(free);
    for ending in ["shutdown", "drop"] {
        let mut service = Service::start(&[
            ("TEMPO_ENDPOINT", &endpoint),
            ("ENDING", ending),
            ("RUNTIME", "current_thread"),
            NEVER,
        ])
        .await;
        service.get("/api/documents/1", &[]).await;
        let (status, took) = service.end().await;
        assert!(status.success());
        assert!(took < Duration::from_millis(2500), "{ending} took {took:?}");
        let lost = &service.lines_saying("spans lost at shutdown")[0];
        assert_eq!(lost["level"], "WARN");
        assert_eq!(lost["spans_lost"], 2);
        assert_eq!(lost["cause"], "connection refused");
        let line = &service.lines_saying("tracer shut down")[0];
        assert_eq!(line["spans_dropped"], 2);
        assert_eq!(service.lines_saying("failed to export spans").len(), 1);
    }
}

#[tokio::test]
async fn a_backend_that_never_answers_holds_up_the_end_no_longer_than_the_deadline() {
    // The example gives itself 3 s for a shutdown, and a drop may take 5 s.
    for (ending, deadline) in [("shutdown", 3.0), ("drop", 5.0)] {
        let collector = Collector::start().await;
        collector.answer(Answer::Hang);
        let endpoint = collector.address.to_string();
        let mut service = Service::start(&[
            ("TEMPO_ENDPOINT", &endpoint),
            ("ENDING", ending),
            ("RUNTIME", "one_worker"),
            NEVER,
        ])
        .await;
        service.get("/api/documents/1", &[]).await;
        let (status, took) = service.end().await;
        assert!(status.success());
        let took = took.as_secs_f64();
        assert!(
            (deadline..deadline + 2.5).contains(&took),
            "{ending} took {took} s"
        );
        let lost = &service.lines_saying("spans lost at shutdown")[0];
        assert_eq!(lost["spans_lost"], 2);
        assert_eq!(lost["error"], "no answer before the shutdown deadline");
        let line = &service.lines_saying("tracer shut down")[0];
        assert_eq!(line["spans_dropped"], 2);
    }
}

#[tokio::test]
async fn the_end_sends_what_waits_for_another_attempt_at_once() {
    for ending in ["shutdown", "drop"] {
        let collector = Collector::start().await;
        // Longer than any test waits: what arrives was sent because of the end.
        let pause = Duration::from_mins(5);
        collector.answer(Answer::RefuseOnce(Code::Unavailable, pause));
        let endpoint = collector.address.to_string();
        let mut service = Service::start(&[
            ("TEMPO_ENDPOINT", &endpoint),
            ("ENDING", ending),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "16"),
        ])
        .await;
        for id in 0..40 {
            service.get(&format!("/api/documents/{id}"), &[]).await;
        }
        service.line("failed to export spans").await;
        let (status, took) = service.end().await;
        assert!(status.success());
        assert!(took < Duration::from_millis(2500), "{ending} took {took:?}");
        assert_eq!(collector.spans().len(), 80, "{ending}");
        assert!(service.lines_saying("spans lost at shutdown").is_empty());
        let line = &service.lines_saying("tracer shut down")[0];
        assert_eq!(
            (&line["spans_made"], &line["spans_sent"]),
            (&80.into(), &80.into())
        );
    }
}

#[tokio::test]
async fn an_end_under_load_loses_no_span_of_an_answered_request() {
    let collector = Collector::start().await;
    let endpoint = collector.address.to_string();
    let mut service = Service::start(&[("TEMPO_ENDPOINT", &endpoint), NEVER]).await;
    let answered = Arc::new(AtomicUsize::new(0));
    let load: Vec<_> = (0..4)
        .map(|_| {
            let (url, answered) = (service.url(), Arc::clone(&answered));
            tokio::spawn(async move {
                let client = client();
                while let Ok(answer) = client.get(format!("{url}/api/documents/7")).send().await {
                    if answer.status() == 200 && answer.bytes().await.is_ok() {
                        answered.fetch_add(1, Ordering::AcqRel);
                    }
                }
            })
        })
        .collect();
    eventually("some load", || {
        (answered.load(Ordering::Acquire) > 200).then_some(())
    })
    .await;
    let (status, _) = service.end().await;
    assert!(status.success());
    for caller in load {
        caller.await.expect("no panic");
    }
    let answered = answered.load(Ordering::Acquire);
    let line = &service.lines_saying("tracer shut down")[0];
    assert_eq!(line["spans_made"], line["spans_sent"], "{line}");
    let arrived = collector.spans().len();
    assert!(
        arrived >= 2 * answered,
        "{arrived} spans of {answered} requests"
    );
}

#[tokio::test]
async fn the_start_is_told_in_three_lines() {
    let service = Service::start(&[("TEMPO_ENDPOINT", "127.0.0.1:9")]).await;
    let lines: Vec<Json> = service.lines().into_iter().take(3).collect();
    for (line, message) in lines.iter().zip([
        "initializing tracer",
        "tracer initialized successfully",
        "tracing initialized successfully",
    ]) {
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["msg"], message);
        assert_eq!(line["service"], "example");
    }
    assert_eq!(lines[0]["tempo_endpoint"], "127.0.0.1:9");
    assert_eq!(lines[0]["endpoint_source"], "TEMPO_ENDPOINT");
    assert_eq!(lines[0]["protocol"], "grpc");
    assert_eq!(lines[0]["sampler"], "parentbased_always_on");
}

#[tokio::test]
async fn a_service_that_cannot_be_traced_serves_all_the_same() {
    let mut service = Service::start(&[("TEMPO_ENDPOINT", "http://tempo:4317")]).await;
    let line = service
        .line("failed to initialize tracer, continuing without tracing")
        .await;
    assert_eq!(line["level"], "WARN");
    assert_eq!(
        line["error"],
        "could not read the tracing configuration: TEMPO_ENDPOINT is `http://tempo:4317`: \
         expected `host:port` without a scheme, such as `tempo:4317`"
    );
    let answer = service
        .get("/api/documents/1", &[("x-request-id", "order-17")])
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["x-request-id"], "order-17");
    service
        .counters("made: 0, sent: 0, failed: 0, dropped: 0, waiting: 0")
        .await;
    assert!(service.end().await.0.success());
}

#[tokio::test]
async fn a_disabled_sdk_still_passes_the_callers_trace_on_to_the_log() {
    let collector = Collector::start().await;
    let endpoint = collector.address.to_string();
    let mut service =
        Service::start(&[("TEMPO_ENDPOINT", &endpoint), ("OTEL_SDK_DISABLED", "true")]).await;
    service
        .get(
            "/api/documents/1",
            &[(
                "traceparent",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            )],
        )
        .await;
    let line = service.line("document loaded").await;
    assert_eq!(line["trace_id"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(line["span_id"], "b7ad6b7169203331");
    service.end().await;
    assert!(collector.spans().is_empty());
}

#[tokio::test]
async fn without_an_exporter_the_lines_have_their_ids_all_the_same() {
    let mut service = Service::start(&[("OTEL_TRACES_EXPORTER", "none")]).await;
    service.get("/api/documents/1", &[]).await;
    let line = service.line("document loaded").await;
    assert_eq!(line["trace_id"].as_str().map(str::len), Some(32));
    assert_eq!(line["span_id"].as_str().map(str::len), Some(16));
    service.end().await;
    assert!(service.lines_saying("failed to export spans").is_empty());
}

//! A backend that is away, goes away, comes back, refuses or answers nonsense.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tonic::Code;

use crate::support::collector::{Answer, Collector, attributes};
use crate::support::http_collector::{HttpCollector, RETRY_AFTER};
use crate::support::service::Service;
use crate::support::{PATIENCE, eventually};

/// A queue that a few hundred spans overflow.
const SMALL_QUEUE: [(&str, &str); 2] = [
    ("OTEL_BSP_MAX_QUEUE_SIZE", "256"),
    ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "32"),
];

/// A port that nothing listens on.
async fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a free port");
    listener.local_addr().expect("an address")
}

async fn service_for(address: SocketAddr, more: &[(&str, &str)]) -> Service {
    let endpoint = address.to_string();
    let mut variables = vec![("TEMPO_ENDPOINT", endpoint.as_str())];
    variables.extend(more);
    Service::start(&variables).await
}

/// Waits until spans are in the retry buffer.
async fn eventually_buffered(service: &Service) {
    let start = Instant::now();
    while service.counter("buffered").await == 0 {
        assert!(start.elapsed() < PATIENCE, "nothing is in the retry buffer");
    }
}

#[tokio::test]
async fn a_backend_that_is_away_at_first_gets_the_spans_when_it_comes() {
    let address = free_address().await;
    let service = service_for(address, &[]).await;
    assert_eq!(service.get("/api/documents/1", &[]).await.status, 200);
    let failing = service.line("failed to export spans").await;
    assert_eq!(failing["level"], "ERROR");
    assert_eq!(failing["cause"], "connection refused");
    assert_eq!(failing["endpoint"], address.to_string());
    assert_eq!(failing["spans_waiting"], 2);
    assert_eq!(failing["spans_dropped"], 0);
    let chain = failing["error"].as_str().expect("a text");
    assert!(
        chain.contains("Connection refused (os error 111)"),
        "{chain}"
    );

    let collector = Collector::start_at(address).await;
    collector.span("store.load").await;
    collector.span("GET /api/documents/{id}").await;
    let recovered = service.line("span export recovered").await;
    assert_eq!(recovered["level"], "INFO");
    assert_eq!(recovered["spans_lost"], 0);
    assert_eq!(service.lines_saying("failed to export spans").len(), 1);
}

#[tokio::test]
async fn a_backend_that_goes_away_is_told_once_and_missed_by_nobody() {
    let collector = Collector::start().await;
    let address = collector.address;
    let service = service_for(address, &[]).await;
    service.get("/api/documents/1", &[]).await;
    collector.span("GET /api/documents/{id}").await;
    for outage in 1..=2 {
        if outage == 1 {
            collector.answer(Answer::Refuse(Code::Unavailable));
        }
        service.get("/api/broken", &[]).await;
        eventually("the outage to be told", || {
            (service.lines_saying("failed to export spans").len() == outage).then_some(())
        })
        .await;
        // Serving goes on meanwhile.
        assert_eq!(service.get("/api/documents/2", &[]).await.status, 200);
        collector.answer(Answer::Accept);
        eventually("the recovery to be told", || {
            (service.lines_saying("span export recovered").len() == outage).then_some(())
        })
        .await;
        collector.answer(Answer::Refuse(Code::Unavailable));
    }
    let causes: Vec<_> = service
        .lines_saying("failed to export spans")
        .iter()
        .map(|line| format!("{} / {}", line["cause"], line["error"]))
        .collect();
    assert_eq!(
        causes,
        [r#""unavailable" / "Unavailable: told to refuse""#; 2]
    );
}

#[tokio::test]
async fn a_backend_that_is_away_under_load_misses_no_span() {
    let address = free_address().await;
    let service = service_for(address, &SMALL_QUEUE).await;
    for id in 0..300 {
        service.get(&format!("/api/documents/{id}"), &[]).await;
    }
    service.line("failed to export spans").await;
    eventually_buffered(&service).await;
    let collector = Collector::start_at(address).await;
    service
        .counters("made: 600, sent: 600, failed: 0, dropped: 0, waiting: 0")
        .await;
    let spans = collector.spans();
    let ids: BTreeSet<_> = spans.iter().map(|span| &span.span_id).collect();
    assert_eq!((spans.len(), ids.len()), (600, 600));
    assert!(service.counter("retried").await > 0);
    assert_eq!(service.counter("buffered_bytes").await, 0);
    let recovered = service.line("span export recovered").await;
    assert_eq!(recovered["spans_lost"], 0);
}

#[tokio::test]
async fn a_backend_that_is_away_for_too_long_misses_the_oldest_spans_alone() {
    const BOUND: u64 = 40_000;
    let address = free_address().await;
    let bound = BOUND.to_string();
    let settings = [
        SMALL_QUEUE[0],
        SMALL_QUEUE[1],
        ("TEMPO_RETRY_BUFFER_BYTES", &bound),
    ];
    let service = service_for(address, &settings).await;
    for id in 0..300 {
        service.get(&format!("/api/documents/{id}"), &[]).await;
        assert!(service.counter("buffered_bytes").await <= BOUND);
    }
    let full = service
        .line("retry buffer is full, oldest spans dropped")
        .await;
    assert_eq!(full["level"], "WARN");
    assert!(full["spans_dropped_now"].as_u64() > Some(0), "{full}");
    let collector = Collector::start_at(address).await;
    service.get("/api/broken", &[]).await;
    collector.span("GET /api/broken").await;
    let dropped = service.counter("buffer_full").await;
    let sent = 601 - dropped;
    assert!(dropped > 0 && sent > 1, "{dropped} of 601 were dropped");
    service
        .counters(&format!(
            "made: 601, sent: {sent}, failed: 0, dropped: {dropped}, waiting: 0"
        ))
        .await;
    // The newest are what arrived.
    let spans = collector.spans();
    let arrived: BTreeSet<_> = spans
        .iter()
        .filter_map(|span| attributes(&span.attributes).remove("document.id"))
        .map(|id| id.parse::<u64>().expect("a number"))
        .collect();
    let oldest = arrived.first().copied().unwrap_or(0);
    assert!(
        arrived.iter().copied().eq(oldest..300),
        "arrived: {arrived:?}"
    );
    let recovered = service.line("span export recovered").await;
    assert_eq!(recovered["spans_lost"], dropped);
}

#[tokio::test]
async fn a_batch_that_is_refused_for_good_is_lost_and_told_and_the_next_one_is_sent() {
    let collector = Collector::start().await;
    collector.answer(Answer::Refuse(Code::InvalidArgument));
    let service = service_for(collector.address, &[]).await;
    service.get("/api/broken", &[]).await;
    let failing = service.line("failed to export spans").await;
    assert_eq!(failing["cause"], "refused by the backend");
    assert_eq!(failing["spans_lost"], 1);
    collector.answer(Answer::Accept);
    service.get("/api/slow", &[]).await;
    service
        .counters("made: 2, sent: 1, failed: 1, dropped: 0, waiting: 0")
        .await;
    let recovered = service.line("span export recovered").await;
    assert_eq!(recovered["spans_lost"], 1);
}

#[tokio::test]
async fn a_backend_that_hangs_misses_no_span() {
    let collector = Collector::start().await;
    collector.answer(Answer::Hang);
    let service = service_for(
        collector.address,
        &[
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "1"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "500"),
        ],
    )
    .await;
    for _ in 0..10 {
        service.get("/api/broken", &[]).await;
    }
    let failing = service.line("failed to export spans").await;
    assert_eq!(failing["cause"], "timeout");
    assert_eq!(failing["error"], "no answer within 500 ms");
    assert_eq!(failing["spans_lost"], 0);
    collector.answer(Answer::Accept);
    service
        .counters("made: 10, sent: 10, failed: 0, dropped: 0, waiting: 0")
        .await;
}

#[tokio::test]
async fn the_backend_is_left_alone_for_as_long_as_it_asks() {
    let pause = Duration::from_secs(RETRY_AFTER);
    let grpc = Collector::start().await;
    grpc.answer(Answer::RefuseOnce(Code::ResourceExhausted, pause));
    let service = service_for(grpc.address, &[]).await;
    let http = HttpCollector::start_busy().await;
    let endpoint = format!("http://{}", http.address);
    let other = Service::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
    ])
    .await;
    for (service, store, cause) in [
        (service, grpc.received(), "throttled"),
        (other, http.store.clone(), "unavailable"),
    ] {
        service.get("/api/broken", &[]).await;
        service
            .counters("made: 1, sent: 1, failed: 0, dropped: 0, waiting: 0")
            .await;
        assert_eq!(service.line("failed to export spans").await["cause"], cause);
        let arrivals = store.lock().expect("no panic").arrivals.clone();
        let [first, second] = arrivals[..] else {
            panic!("{cause}: {} attempts", arrivals.len());
        };
        assert!(second - first >= pause, "{cause}: {:?}", second - first);
    }
}

#[tokio::test]
async fn a_backend_that_has_too_much_and_names_no_time_is_not_asked_again() {
    let collector = Collector::start().await;
    collector.answer(Answer::Refuse(Code::ResourceExhausted));
    let service = service_for(collector.address, &[]).await;
    service.get("/api/broken", &[]).await;
    let line = service.line("failed to export spans").await;
    assert_eq!(line["cause"], "throttled");
    service
        .counters("made: 1, sent: 0, failed: 1, dropped: 0, waiting: 0")
        .await;
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_told_as_such() {
    let service = Service::start(&[("TEMPO_ENDPOINT", "tempo.invalid:4317")]).await;
    service.get("/api/broken", &[]).await;
    let line = service.line("failed to export spans").await;
    assert_eq!(line["cause"], "no such host", "{line}");
}

#[tokio::test]
async fn spans_that_the_backend_rejects_count_as_failed() {
    let collector = Collector::start().await;
    collector.answer(Answer::AcceptAllBut(1));
    let service = service_for(collector.address, &[]).await;
    service.get("/api/documents/1", &[]).await;
    let line = service.line("backend rejected spans").await;
    assert_eq!(line["spans_rejected"], 1);
    assert_eq!(line["error"], "told to reject some");
    service
        .counters("made: 2, sent: 1, failed: 1, dropped: 0, waiting: 0")
        .await;
}

#[tokio::test]
async fn a_receiver_without_the_service_is_not_tried_again_and_again() {
    let collector = Collector::start().await;
    collector.answer(Answer::Refuse(Code::Unimplemented));
    let service = service_for(collector.address, &[]).await;
    service.get("/api/broken", &[]).await;
    let line = service.line("failed to export spans").await;
    assert_eq!(line["cause"], "unimplemented");
    service
        .counters("made: 1, sent: 0, failed: 1, dropped: 0, waiting: 0")
        .await;
}

#[tokio::test]
async fn grpc_sent_to_an_http_port_is_told_as_the_wrong_protocol() {
    // A receiver that speaks HTTP/1.1 alone, as Tempo's does.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a free port");
    let service = service_for(listener.local_addr().expect("an address"), &[]).await;
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut preface = [0; 24];
            connection.read_exact(&mut preface).await?;
            let answer = b"HTTP/1.1 505 HTTP Version Not Supported\r\n\r\n";
            connection.write_all(answer).await?;
            // Closing while bytes are unread would reset the connection, and the answer could be lost on the way.
            tokio::spawn(
                async move { tokio::io::copy(&mut connection, &mut tokio::io::sink()).await },
            );
        }
        std::io::Result::Ok(())
    });
    service.get("/api/broken", &[]).await;
    let line = service.line("failed to export spans").await;
    assert_eq!(line["cause"], "wrong protocol", "{line}");
}

#[tokio::test]
async fn http_sent_to_a_grpc_port_is_told_as_the_wrong_protocol() {
    let collector = Collector::start().await;
    let endpoint = format!("http://{}", collector.address);
    let service = Service::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
    ])
    .await;
    service.get("/api/broken", &[]).await;
    let line = service.line("failed to export spans").await;
    assert_eq!(line["cause"], "wrong protocol", "{line}");
}

#[tokio::test]
async fn a_web_page_with_status_200_is_no_success() {
    for (fixed, cause, error) in [
        (
            (StatusCode::OK, "text/html", "<html>Grafana</html>"),
            "wrong protocol",
            "the answer is `text/html`, which no OTLP receiver sends for binary spans",
        ),
        (
            (StatusCode::NOT_FOUND, "text/plain", "404 page\n not found"),
            "unimplemented",
            "404 Not Found: 404 page not found",
        ),
        (
            (StatusCode::UNAUTHORIZED, "text/plain", ""),
            "unauthorized",
            "401 Unauthorized",
        ),
        (
            (StatusCode::SERVICE_UNAVAILABLE, "text/plain", "starting"),
            "unavailable",
            "503 Service Unavailable: starting",
        ),
    ] {
        let web = HttpCollector::start_answering(fixed).await;
        let endpoint = format!("http://{}", web.address);
        let service = Service::start(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ])
        .await;
        service.get("/api/broken", &[]).await;
        let line = service.line("failed to export spans").await;
        assert_eq!(line["cause"], cause);
        assert_eq!(line["error"], error);
        assert_eq!(line["endpoint"], format!("{endpoint}/v1/traces"));
    }
}

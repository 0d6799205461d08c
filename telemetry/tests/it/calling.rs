//! What a traced service sends along when it calls others, and records about the calls.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode as SpanStatus;
use tokio::net::TcpListener;

use crate::support::collector::{Collector, attributes, hex};
use crate::support::service::Service;

/// A service that others call: it answers with the statuses given, then with 200, and keeps the
/// headers it saw.
#[derive(Clone)]
struct Peer {
    answers: Arc<Mutex<Vec<u16>>>,
    seen: Arc<Mutex<Vec<HeaderMap>>>,
}

impl Peer {
    async fn start(answers: &[u16]) -> (Self, SocketAddr) {
        let peer = Self {
            answers: Arc::new(Mutex::new(answers.to_vec())),
            seen: Arc::default(),
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let app = Router::new().fallback(answer).with_state(peer.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (peer, address)
    }

    fn seen(&self) -> Vec<HeaderMap> {
        self.seen.lock().expect("no panic").clone()
    }
}

async fn answer(State(peer): State<Peer>, headers: HeaderMap) -> StatusCode {
    peer.seen.lock().expect("no panic").push(headers);
    let mut answers = peer.answers.lock().expect("no panic");
    let status = if answers.is_empty() {
        200
    } else {
        answers.remove(0)
    };
    StatusCode::from_u16(status).expect("a status")
}

async fn traced() -> (Collector, Service) {
    let collector = Collector::start().await;
    let endpoint = collector.address.to_string();
    let service = Service::start(&[("TEMPO_ENDPOINT", &endpoint)]).await;
    (collector, service)
}

#[tokio::test]
async fn a_call_takes_the_trace_the_baggage_and_the_request_id_along() {
    let (collector, service) = traced().await;
    let (peer, address) = Peer::start(&[]).await;
    service
        .get(
            &format!("/api/call?url=http://{address}/peer/1"),
            &[
                (
                    "traceparent",
                    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                ),
                ("tracestate", "vendor=one"),
                ("baggage", "tenant=blue"),
                ("x-request-id", "order-17"),
            ],
        )
        .await;
    let server = collector.span("GET /api/call").await;
    let client = collector.span("GET /peer/{path}").await;
    assert_eq!(client.kind(), SpanKind::Client);
    assert_eq!(client.parent_span_id, server.span_id);
    let found = attributes(&client.attributes);
    for (name, value) in [
        ("http.request.method", "GET"),
        ("http.response.status_code", "200"),
        ("retry_count", "0"),
        ("server.address", "127.0.0.1"),
        ("url.full", &format!("http://{address}/peer/1")),
        ("url.template", "/peer/{path}"),
        ("server.port", &address.port().to_string()),
    ] {
        assert_eq!(found[name], value, "{name}");
    }
    let headers = &peer.seen()[0];
    assert_eq!(
        headers["traceparent"],
        format!(
            "00-0af7651916cd43dd8448eb211c80319c-{}-01",
            hex(&client.span_id)
        )
    );
    assert_eq!(headers["tracestate"], "vendor=one");
    assert_eq!(headers["baggage"], "tenant=blue");
    assert_eq!(headers["x-request-id"], "order-17");
}

#[tokio::test]
async fn a_stranger_is_told_nothing() {
    let (collector, service) = traced().await;
    let (peer, address) = Peer::start(&[]).await;
    service
        .get(
            &format!("/api/call?stranger=true&url=http://{address}/"),
            &[("baggage", "tenant=blue")],
        )
        .await;
    collector.span("GET /peer/{path}").await;
    for name in ["traceparent", "tracestate", "baggage", "x-request-id"] {
        assert!(!peer.seen()[0].contains_key(name), "{name} was sent");
    }
}

#[tokio::test]
async fn a_get_that_fails_for_a_moment_is_repeated_and_counted() {
    let (collector, service) = traced().await;
    let (peer, address) = Peer::start(&[503, 429]).await;
    let answer = service
        .get(&format!("/api/call?url=http://{address}/"), &[])
        .await;
    assert_eq!(answer.body, "200 OK");
    assert_eq!(peer.seen().len(), 3);
    let span = collector.span("GET /peer/{path}").await;
    let found = attributes(&span.attributes);
    assert_eq!(found["retry_count"], "2");
    assert_eq!(found["http.request.resend_count"], "2");
    assert_eq!(span.status.unwrap_or_default().code(), SpanStatus::Unset);
    let reasons: Vec<_> = span
        .events
        .iter()
        .map(|event| attributes(&event.attributes)["reason"].clone())
        .collect();
    assert_eq!(reasons, ["status 503", "status 429"]);
}

#[tokio::test]
async fn a_post_is_repeated_only_when_told_so() {
    let (collector, service) = traced().await;
    let (peer, address) = Peer::start(&[503, 503]).await;
    let call = format!("/api/call?post=true&url=http://{address}/");
    let answer = service.get(&call, &[]).await;
    assert_eq!(answer.body, "503 Service Unavailable");
    assert_eq!(peer.seen().len(), 1);
    let span = collector.span("POST").await;
    assert_eq!(attributes(&span.attributes)["retry_count"], "0");
    assert_eq!(attributes(&span.attributes)["error.type"], "503");
    assert_eq!(span.status.unwrap_or_default().code(), SpanStatus::Error);
    let answer = service.get(&format!("{call}&insist=true"), &[]).await;
    assert_eq!(answer.body, "200 OK");
    assert_eq!(peer.seen().len(), 3);
}

#[tokio::test]
async fn a_call_without_an_answer_is_an_error_with_its_cause() {
    let (collector, service) = traced().await;
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a free port");
    let address = free.local_addr().expect("an address");
    drop(free);
    let answer = service
        .get(&format!("/api/call?url=http://{address}/"), &[])
        .await;
    assert_eq!(answer.status, 502);
    assert!(
        answer
            .body
            .starts_with(&format!("could not send GET http://{address}/: ")),
        "{}",
        answer.body
    );
    assert!(
        answer.body.contains("Connection refused"),
        "{}",
        answer.body
    );
    let span = collector.span("GET /peer/{path}").await;
    let found = attributes(&span.attributes);
    assert_eq!(found["error.type"], "connect");
    assert_eq!(found["retry_count"], "2");
    assert_eq!(span.status.unwrap_or_default().code(), SpanStatus::Error);
}

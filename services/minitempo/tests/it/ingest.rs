//! Spans that come in by either receiver are found by their trace id.

use prost::Message as _;
use serde_json::Value;

use crate::support::{Stack, request, send_grpc};

const FIRST: &str = "01010101010101010101010101010101";

#[tokio::test]
async fn a_trace_sent_by_grpc_is_found_by_id_at_once() {
    let stack = Stack::start().await;
    send_grpc(&stack.otlp_grpc(), 1).await.expect("accepted");
    let answer = stack.get(&format!("/api/traces/{FIRST}")).await;
    assert_eq!(answer.status(), 200);
    let trace: Value = answer.json().await.expect("JSON");
    assert_eq!(
        trace["batches"][0]["scopeSpans"][0]["spans"][0]["name"],
        "GET /"
    );
    assert_eq!(
        trace["batches"][0]["scopeSpans"][0]["spans"][0]["traceId"],
        "AQEBAQEBAQEBAQEBAQEBAQ=="
    );
    stack.running.shutdown().await;
}

#[tokio::test]
async fn a_trace_sent_by_http_is_found_by_id_at_once() {
    let stack = Stack::start().await;
    let answer = stack
        .client
        .post(stack.otlp_http())
        .header("content-type", "application/x-protobuf")
        .body(request(1, "checkout", &["GET /"]).encode_to_vec())
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.bytes().await.expect("a body"), &[0x0a, 0x00][..]);
    assert_eq!(
        stack.get(&format!("/api/traces/{FIRST}")).await.status(),
        200
    );
}

#[tokio::test]
async fn traces_survive_a_restart() {
    let stack = Stack::start().await;
    send_grpc(&stack.otlp_grpc(), 1).await.expect("accepted");
    let stack = stack.restart().await;
    assert_eq!(
        stack.get(&format!("/api/traces/{FIRST}")).await.status(),
        200
    );
    assert_eq!(stack.running.received().await.expect("readable").len(), 1);
}

#[tokio::test]
async fn accepted_spans_are_counted_under_tempos_names() {
    let stack = Stack::start().await;
    send_grpc(&stack.otlp_grpc(), 1).await.expect("accepted");
    let metrics = stack.metrics().await;
    for line in [
        "tempo_receiver_accepted_spans{receiver=\"otlp/otlp_receiver\",transport=\"grpc\"} 2",
        "tempo_receiver_refused_spans{receiver=\"otlp/otlp_receiver\",transport=\"grpc\"} 0",
        "tempo_distributor_spans_received_total{tenant=\"single-tenant\"} 2",
    ] {
        assert!(metrics.contains(line), "no {line} in {metrics}");
    }
}

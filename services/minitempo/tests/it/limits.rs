//! Limits, tenants and wrong spans over gRPC and HTTP, as Tempo 3.0 answers and counts them.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use prost::Message as _;
use tonic::{Code, Status};

use crate::support::{Stack, request, send_grpc, text};
use minitempo::Tenancy;

async fn export(
    stack: &Stack,
    tenant: Option<&str>,
    body: ExportTraceServiceRequest,
) -> Result<(), Status> {
    let mut client = TraceServiceClient::connect(stack.otlp_grpc())
        .await
        .expect("connects");
    let mut request = tonic::Request::new(body);
    if let Some(tenant) = tenant {
        let value = tenant.parse().expect("a value");
        request.metadata_mut().insert("x-scope-orgid", value);
    }
    client.export(request).await.map(|_| ())
}

async fn post(stack: &Stack, tenant: Option<&str>, body: Vec<u8>) -> reqwest::Response {
    let mut request = stack
        .client
        .post(stack.otlp_http())
        .header("content-type", "application/x-protobuf")
        .body(body);
    if let Some(tenant) = tenant {
        request = request.header("X-Scope-OrgID", tenant);
    }
    request.send().await.expect("an answer")
}

async fn assert_metric(stack: &Stack, line: &str) {
    let metrics = stack.metrics().await;
    assert!(
        metrics.lines().any(|found| found == line),
        "no {line} in {metrics}"
    );
}

/// `google.rpc.Status` as far as it is looked at.
#[derive(Clone, PartialEq, prost::Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<RpcAny>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct RpcAny {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

#[tokio::test]
async fn a_batch_above_the_burst_is_refused_with_a_time_to_retry() {
    let stack = Stack::start_with(|config| config.limits.ingestion_burst = 10).await;
    let refused = send_grpc(&stack.otlp_grpc(), 1).await.expect_err("refused");
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert!(refused.message().starts_with("RATE_LIMITED: batch size ("));
    let details = RpcStatus::decode(refused.details()).expect("a status");
    assert_eq!(
        details.details[0].type_url,
        "type.googleapis.com/google.rpc.RetryInfo"
    );
    assert_eq!(details.details[0].value, [0x0a, 0x02, 0x08, 0x05]);

    let body = request(1, "shop", &["a", "b"]).encode_to_vec();
    let answer = post(&stack, None, body).await;
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["retry-after"], "5");
    let status = RpcStatus::decode(answer.bytes().await.expect("a body")).expect("a status");
    assert_eq!(status.code, 8);
    assert_metric(
        &stack,
        "tempo_discarded_spans_total{reason=\"rate_limited\",tenant=\"single-tenant\"} 4",
    )
    .await;
    assert_metric(
        &stack,
        "tempo_receiver_refused_spans{receiver=\"otlp/otlp_receiver\",transport=\"grpc\"} 2",
    )
    .await;
}

#[tokio::test]
async fn a_trace_above_its_size_is_answered_with_ok_and_counted_as_dropped() {
    let stack = Stack::start_with(|config| config.limits.max_bytes_per_trace = 10).await;
    send_grpc(&stack.otlp_grpc(), 1).await.expect("accepted");
    assert!(stack.running.received().await.expect("readable").is_empty());
    assert_metric(
        &stack,
        "tempo_discarded_spans_total{reason=\"trace_too_large\",tenant=\"single-tenant\"} 2",
    )
    .await;
    assert_metric(
        &stack,
        "tempo_receiver_accepted_spans{receiver=\"otlp/otlp_receiver\",transport=\"grpc\"} 2",
    )
    .await;
}

#[tokio::test]
async fn traces_above_the_number_are_answered_with_ok_and_counted_exactly() {
    let stack = Stack::start_with(|config| config.limits.max_traces_per_user = 1).await;
    send_grpc(&stack.otlp_grpc(), 1).await.expect("accepted");
    send_grpc(&stack.otlp_grpc(), 2).await.expect("accepted");
    assert_eq!(stack.running.received().await.expect("readable").len(), 1);
    assert_metric(
        &stack,
        "tempo_discarded_spans_total{reason=\"live_traces_exceeded\",tenant=\"single-tenant\"} 2",
    )
    .await;
}

#[tokio::test]
async fn spans_with_wrong_ids_refuse_the_whole_request() {
    let stack = Stack::start().await;
    let mut zero = request(1, "shop", &["a", "b"]);
    zero.resource_spans[0].scope_spans[0].spans[1].trace_id = vec![0; 16];
    let refused = export(&stack, None, zero).await.expect_err("refused");
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert_eq!(
        refused.message(),
        "trace ids must be 128 bit, received 0 bits"
    );
    let mut no_span_id = request(1, "shop", &["a"]);
    no_span_id.resource_spans[0].scope_spans[0].spans[0]
        .span_id
        .clear();
    let refused = export(&stack, None, no_span_id).await.expect_err("refused");
    assert_eq!(
        refused.message(),
        "span ids must be 64 bit and not all zero, received 0 bits"
    );
    assert!(stack.running.received().await.expect("readable").is_empty());
    assert_metric(
        &stack,
        "tempo_discarded_spans_total{reason=\"invalid_trace_id\",tenant=\"single-tenant\"} 2",
    )
    .await;
}

#[tokio::test]
async fn a_message_above_four_mebibytes_is_refused_as_by_gos_grpc() {
    let stack = Stack::start().await;
    let mut large = request(1, "shop", &["a"]);
    large.resource_spans[0].scope_spans[0].spans[0]
        .attributes
        .push(text("pad", &"x".repeat(5 << 20)));
    let len = large.encoded_len();
    let refused = export(&stack, None, large).await.expect_err("refused");
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert_eq!(
        refused.message(),
        format!("grpc: received message larger than max ({len} vs. 4194304)")
    );
}

#[tokio::test]
async fn long_attribute_values_are_cut_and_counted() {
    let stack = Stack::start().await;
    let mut long = request(1, "shop", &["a"]);
    long.resource_spans[0].scope_spans[0].spans[0]
        .attributes
        .push(text("pad", &"x".repeat(5000)));
    export(&stack, None, long).await.expect("accepted");
    let stored = stack.running.received().await.expect("readable");
    let span = &stored[0].resource_spans[0].scope_spans[0].spans[0];
    assert_eq!(span.attributes[0], text("pad", &"x".repeat(2048)));
    assert_metric(
        &stack,
        "tempo_distributor_attributes_truncated_total{scope=\"span\",tenant=\"single-tenant\"} 1",
    )
    .await;
}

#[tokio::test]
async fn with_tenants_each_sees_its_own_and_nobody_is_refused_as_by_tempo() {
    let stack = Stack::start_with(|config| config.tenancy = Tenancy::Multi).await;
    let body = || request(1, "shop", &["a"]);
    let refused = export(&stack, None, body()).await.expect_err("refused");
    assert_eq!(
        (refused.code(), refused.message()),
        (Code::Unavailable, "no org id")
    );
    let answer = post(&stack, None, body().encode_to_vec()).await;
    assert_eq!(answer.status(), 503);
    assert_eq!(
        answer.bytes().await.expect("a body"),
        &b"\x08\x0e\x12\x09no org id"[..]
    );
    let answer = post(&stack, Some("a/b"), body().encode_to_vec()).await;
    assert_eq!(answer.status(), 400);

    export(&stack, Some("team-a"), body())
        .await
        .expect("accepted");
    let by_id = stack.api("/api/traces/01010101010101010101010101010101");
    let ask = |tenant: &'static str| {
        stack
            .client
            .get(&by_id)
            .header("X-Scope-OrgID", tenant)
            .send()
    };
    assert_eq!(ask("team-a").await.expect("an answer").status(), 200);
    assert_eq!(ask("team-b").await.expect("an answer").status(), 404);
    let unnamed = stack.get("/api/search").await;
    assert_eq!(unnamed.status(), 401);
    assert_eq!(unnamed.text().await.expect("a text"), "no org id\n");
    assert_eq!(stack.get("/ready").await.status(), 200);
    assert_eq!(stack.get("/api/echo").await.status(), 200);
}

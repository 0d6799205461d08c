//! The standard variables, as far as they show in what is sent.

use crate::support::collector::{Collector, attributes, span};
use crate::support::http_collector::HttpCollector;
use crate::support::service::Service;

#[tokio::test]
async fn spans_go_out_over_http_with_the_path_appended() {
    for compression in ["none", "gzip"] {
        let collector = HttpCollector::start().await;
        let endpoint = format!("http://{}", collector.address);
        let service = Service::start(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", compression),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-scope-orgid=one%20two"),
        ])
        .await;
        service.get("/api/documents/1", &[]).await;
        span(&collector.store, "store.load").await;
        assert_eq!(collector.paths.lock().expect("no panic")[0], "/v1/traces");
        let store = collector.store.lock().expect("no panic");
        let headers = &store.metadata[0];
        assert_eq!(headers["x-scope-orgid"], "one two");
        assert_eq!(headers["content-type"], "application/x-protobuf");
        assert_eq!(
            headers.get("content-encoding").map(String::as_str),
            (compression == "gzip").then_some("gzip")
        );
        assert!(headers["user-agent"].starts_with("purpletab-telemetry/"));
    }
}

#[tokio::test]
async fn the_endpoint_for_traces_is_taken_as_it_is() {
    let collector = HttpCollector::start().await;
    let endpoint = format!("http://{}/own/path", collector.address);
    let service = Service::start(&[
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &endpoint),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("TEMPO_ENDPOINT", "127.0.0.1:9"),
    ])
    .await;
    service.get("/api/broken", &[]).await;
    span(&collector.store, "GET /api/broken").await;
    assert_eq!(collector.paths.lock().expect("no panic")[0], "/own/path");
}

#[tokio::test]
async fn headers_and_compression_go_with_grpc_too_and_stay_out_of_the_log() {
    let collector = Collector::start().await;
    let endpoint = format!("http://{}", collector.address);
    let mut service = Service::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20hush"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        (
            "RUST_LOG",
            "trace,h2=trace,hyper=trace,tonic=trace,reqwest=trace",
        ),
    ])
    .await;
    service.get("/api/broken", &[]).await;
    collector.span("GET /api/broken").await;
    {
        let received = collector.received();
        let received = received.lock().expect("no panic");
        assert_eq!(received.metadata[0]["authorization"], "Bearer hush");
        assert_eq!(received.metadata[0]["grpc-encoding"], "gzip");
    }
    service.end().await;
    assert!(!service.output().contains("hush"));
}

#[tokio::test]
async fn the_export_does_not_trace_itself() {
    let collector = Collector::start().await;
    let endpoint = collector.address.to_string();
    let mut service = Service::start(&[
        ("TEMPO_ENDPOINT", &endpoint),
        ("OTEL_BSP_SCHEDULE_DELAY", "1"),
        ("RUST_LOG", "trace,h2=trace,hyper=trace,tonic=trace"),
    ])
    .await;
    service.get("/api/broken", &[]).await;
    collector.span("GET /api/broken").await;
    service.end().await;
    let names: Vec<_> = collector
        .spans()
        .into_iter()
        .map(|span| span.name)
        .collect();
    assert_eq!(names, ["GET /api/broken"]);
}

#[tokio::test]
async fn a_sampler_that_takes_nothing_sends_nothing() {
    let collector = Collector::start().await;
    let endpoint = collector.address.to_string();
    let mut service = Service::start(&[
        ("TEMPO_ENDPOINT", &endpoint),
        ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
        ("OTEL_TRACES_SAMPLER_ARG", "0"),
    ])
    .await;
    service.get("/api/broken", &[]).await;
    service
        .get(
            "/api/slow",
            &[(
                "traceparent",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            )],
        )
        .await;
    service.end().await;
    let names: Vec<_> = collector
        .spans()
        .into_iter()
        .map(|span| span.name)
        .collect();
    assert_eq!(
        names,
        ["GET /api/slow"],
        "the caller that samples is followed"
    );
}

#[tokio::test]
async fn resource_attributes_are_sent() {
    let collector = Collector::start().await;
    let endpoint = collector.address.to_string();
    let service = Service::start(&[
        ("TEMPO_ENDPOINT", &endpoint),
        (
            "OTEL_RESOURCE_ATTRIBUTES",
            "team=docs,service.namespace=purpletab",
        ),
    ])
    .await;
    service.get("/api/broken", &[]).await;
    collector.span("GET /api/broken").await;
    let received = collector.received();
    let received = received.lock().expect("no panic");
    let resource = received.requests[0].resource_spans[0].resource.as_ref();
    let resource = attributes(&resource.expect("a resource").attributes);
    assert_eq!(resource["team"], "docs");
    assert_eq!(resource["service.namespace"], "purpletab");
}

#[tokio::test]
async fn a_certificate_file_that_is_not_there_is_told() {
    let service = Service::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://127.0.0.1:9"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/ca.pem"),
    ])
    .await;
    let line = service
        .line("failed to initialize tracer, continuing without tracing")
        .await;
    assert_eq!(
        line["error"],
        "could not use the certificate file `/no/such/ca.pem` named by \
         `OTEL_EXPORTER_OTLP_CERTIFICATE`: could not read it: \
         No such file or directory (os error 2)"
    );
}

#[tokio::test]
async fn an_encrypted_backend_is_trusted_by_the_certificate_file() {
    let collector = Collector::start_encrypted().await;
    let endpoint = format!("https://{}", collector.address);
    let service = Service::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", Collector::authority()),
    ])
    .await;
    service.get("/api/broken", &[]).await;
    collector.span("GET /api/broken").await;
}

#[tokio::test]
async fn a_backend_whose_certificate_is_unknown_is_not_trusted() {
    let collector = Collector::start_encrypted().await;
    for protocol in ["grpc", "http/protobuf"] {
        let endpoint = format!("https://{}", collector.address);
        let service = Service::start(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ])
        .await;
        service.get("/api/broken", &[]).await;
        let line = service.line("failed to export spans").await;
        assert_eq!(line["cause"], "tls", "{line}");
    }
    assert!(collector.spans().is_empty());
}

#[tokio::test]
async fn encryption_that_the_backend_does_not_speak_is_told() {
    let collector = Collector::start().await;
    let endpoint = format!("https://{}", collector.address);
    let service = Service::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]).await;
    service.get("/api/broken", &[]).await;
    let line = service.line("failed to export spans").await;
    assert_eq!(line["cause"], "tls", "{line}");
}

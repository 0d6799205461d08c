//! Metrics of the spans that come in, on `/metrics`.

use std::time::Duration;

use minitempo::config::load_text;
use minitempo::{GeneratorSettings, Intrinsic, SpanFamily};

use crate::support::{Stack, send_grpc};

/// The stack's own configuration, which Tempo 2.10 and 3.0 read too.
const OWN: &str = include_str!("../../../../config/tempo-config.yaml");

#[tokio::test]
async fn spans_become_series_that_prometheus_can_scrape() {
    let stack = Stack::start_with(|config| {
        config.generator = Some(GeneratorSettings {
            collection_interval: Duration::ZERO,
            // The spans of these tests have fixed times.
            slack: Duration::MAX,
            ..GeneratorSettings::default()
        });
    })
    .await;
    send_grpc(&stack.otlp_grpc(), 1).await.expect("accepted");
    let metrics = stack.metrics().await;
    for line in [
        "# TYPE traces_spanmetrics_latency histogram",
        "traces_spanmetrics_calls_total{service=\"checkout\",span_name=\"query\",span_kind=\"SPAN_KIND_UNSPECIFIED\",status_code=\"STATUS_CODE_UNSET\"} 1",
        "traces_spanmetrics_latency_bucket{service=\"checkout\",span_name=\"GET /\",span_kind=\"SPAN_KIND_UNSPECIFIED\",status_code=\"STATUS_CODE_UNSET\",le=\"0.064\"} 1",
        "tempo_metrics_generator_spans_received_total{tenant=\"single-tenant\"} 2",
        "tempo_metrics_generator_registry_active_series{tenant=\"single-tenant\"} 38",
    ] {
        assert!(metrics.contains(line), "no {line} in {metrics}");
    }
    stack.running.shutdown().await;
}

#[tokio::test]
async fn without_a_generator_there_are_none() {
    let stack = Stack::start().await;
    send_grpc(&stack.otlp_grpc(), 1).await.expect("accepted");
    let metrics = stack.metrics().await;
    assert!(!metrics.contains("traces_spanmetrics"), "{metrics}");
    assert!(!metrics.contains("tempo_metrics_generator"), "{metrics}");
    stack.running.shutdown().await;
}

#[test]
fn the_stacks_own_file_switches_both_kinds_of_metrics_on() {
    let loaded = load_text(OWN, "tempo.yaml").expect("valid");
    let generator = loaded.config.generator.expect("on");
    assert!(generator.span_metrics.is_some() && generator.service_graph.is_some());
    assert_eq!(generator.max_active_series, 20_000);
    assert_eq!(loaded.remote_write, ["http://prometheus:9090/api/v1/write"]);
    assert_eq!(loaded.ignored, ["storage.trace.wal.path"]);
}

#[test]
fn the_generator_is_off_without_a_path_or_a_processor_as_in_tempo() {
    let off = |text: &str| {
        load_text(text, "")
            .expect("valid")
            .config
            .generator
            .is_none()
    };
    let path = "metrics_generator: { storage: { path: /wal } }\n";
    let processors =
        "overrides: { defaults: { metrics_generator: { processors: [span-metrics] } } }\n";
    assert!(off(""));
    assert!(off(path));
    assert!(off(processors));
    assert!(!off(&format!("{path}{processors}")));
}

#[test]
fn what_is_made_is_read_from_tempos_keys() {
    let text = "
metrics_generator:
  storage: { path: /wal }
  metrics_ingestion_time_range_slack: 1m
  registry: { stale_duration: 5m, collection_interval: 30s }
  processor:
    span_metrics:
      histogram_buckets: [1, 0.5]
      dimensions: [http.route]
      intrinsic_dimensions: { span_kind: false, status_message: true }
overrides:
  defaults:
    metrics_generator:
      processors: [span-metrics-latency]
      max_active_series: 7
";
    let generator = load_text(text, "").expect("valid").config.generator;
    let generator = generator.expect("on");
    assert_eq!(generator.service_graph, None);
    let spans = generator.span_metrics.expect("made");
    assert_eq!(spans.families, [SpanFamily::Latency]);
    let bounds = [Duration::from_millis(500), Duration::from_secs(1)];
    assert_eq!(spans.buckets, bounds);
    assert_eq!(spans.dimensions, ["http.route"]);
    assert_eq!(
        spans.intrinsics,
        [
            Intrinsic::Service,
            Intrinsic::SpanName,
            Intrinsic::StatusCode,
            Intrinsic::StatusMessage
        ]
    );
    assert_eq!(generator.max_active_series, 7);
    assert_eq!(generator.slack, Duration::from_mins(1));
    assert_eq!(generator.stale_duration, Duration::from_mins(5));
    assert_eq!(generator.collection_interval, Duration::from_secs(30));
}

#[test]
fn where_tempo_would_write_is_told_without_passwords() {
    let text = "
metrics_generator:
  storage:
    remote_write:
      - url: https://me:s3cret@metrics.example:9090/api/v1/write?token=s3cret
      - url: http://prometheus:9090
";
    let targets = load_text(text, "").expect("valid").remote_write;
    let expected = [
        "https://metrics.example:9090/api/v1/write",
        "http://prometheus:9090",
    ];
    assert_eq!(targets, expected);
}

#[test]
fn a_bucket_that_is_no_number_is_refused_with_its_line() {
    let text = "
metrics_generator:
  processor:
    service_graphs:
      histogram_buckets:
        - 0.1
        - soon
overrides: { defaults: { metrics_generator: { processors: [service-graphs] } } }
";
    let refusal = load_text(text, "tempo.yaml").expect_err("refused");
    assert!(
        refusal
            .to_string()
            .ends_with("line 7: cannot unmarshal !!str `soon` into float64"),
        "{refusal}"
    );
}

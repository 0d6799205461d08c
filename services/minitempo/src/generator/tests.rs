use std::time::Duration;

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};

use super::*;
use crate::ids::TraceId;

/// When the spans of these tests are taken.
const NOW: u64 = 1_795_328_711_000_000_000;

/// A generator with a clock of its own.
struct Bench {
    generator: Generator,
    now: Now,
}

impl Bench {
    fn new() -> Self {
        Self::with(GeneratorSettings::default())
    }

    fn with(settings: GeneratorSettings) -> Self {
        Self {
            generator: Generator::new(settings, Tenancy::Single),
            now: Now {
                instant: Instant::now(),
                unix_nanos: NOW,
            },
        }
    }

    fn take(&self, service: &str, spans: Vec<Span>) {
        let settings = self.generator.settings();
        let seen = SeenResource {
            attributes: vec![text("service.name", service)],
            spans: spans
                .into_iter()
                .map(|span| {
                    let id = TraceId::from_bytes(&span.trace_id).expect("an id");
                    SeenSpan::of(id, span, 100, settings)
                })
                .collect(),
        };
        self.generator
            .take(&TenantId::single(), &[seen], 1000, self.now);
    }

    fn pass(&mut self, time: Duration) {
        self.now.instant += time;
        self.generator.keep_house(self.now);
    }

    fn page(&self) -> String {
        let mut exposition = Exposition::default();
        self.generator.expose(self.now, &mut exposition);
        exposition.into_text()
    }

    /// The value of a series.
    fn value(&self, series: &str) -> Option<f64> {
        let page = self.page();
        let line = page.lines().find_map(|line| line.strip_prefix(series))?;
        Some(line.trim().parse().expect("a number"))
    }
}

fn text(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue {
            value: Some(Value::StringValue(value.to_owned())),
        }),
        ..KeyValue::default()
    }
}

/// A span of a kind that took some milliseconds, of the one trace.
fn span(kind: SpanKind, id: u64, parent: Option<u64>, millis: u64) -> Span {
    Span {
        trace_id: vec![7; 16],
        span_id: id.to_be_bytes().to_vec(),
        parent_span_id: parent.map_or_else(Vec::new, |id| id.to_be_bytes().to_vec()),
        name: "work".to_owned(),
        kind: kind.into(),
        start_time_unix_nano: NOW - millis * 1_000_000,
        end_time_unix_nano: NOW,
        ..Span::default()
    }
}

const SERVER: &str = "service=\"shop\",span_name=\"work\",span_kind=\"SPAN_KIND_SERVER\",status_code=\"STATUS_CODE_UNSET\"";
const LONG: Duration = Duration::from_mins(1);

#[test]
fn spans_are_counted_timed_and_measured_by_service_name_kind_and_status() {
    let mut bench = Bench::new();
    let failed = Span {
        status: Some(Status {
            code: 2,
            message: "no".to_owned(),
        }),
        ..span(SpanKind::Server, 3, None, 40)
    };
    let spans = vec![
        span(SpanKind::Server, 1, None, 2),
        span(SpanKind::Server, 2, None, 30),
        failed,
    ];
    bench.take("shop", spans);
    bench.pass(LONG);
    for (series, expected) in [
        (format!("traces_spanmetrics_calls_total{{{SERVER}}}"), 2.0),
        (format!("traces_spanmetrics_size_total{{{SERVER}}}"), 204.0),
        (
            format!("traces_spanmetrics_latency_bucket{{{SERVER},le=\"0.002\"}}"),
            1.0,
        ),
        (
            format!("traces_spanmetrics_latency_bucket{{{SERVER},le=\"0.016\"}}"),
            1.0,
        ),
        (
            format!("traces_spanmetrics_latency_bucket{{{SERVER},le=\"0.032\"}}"),
            2.0,
        ),
        (
            format!("traces_spanmetrics_latency_bucket{{{SERVER},le=\"16.384\"}}"),
            2.0,
        ),
        (
            format!("traces_spanmetrics_latency_bucket{{{SERVER},le=\"+Inf\"}}"),
            2.0,
        ),
        (format!("traces_spanmetrics_latency_sum{{{SERVER}}}"), 0.032),
        (format!("traces_spanmetrics_latency_count{{{SERVER}}}"), 2.0),
        (
            format!(
                "traces_spanmetrics_calls_total{{{}}}",
                SERVER.replace("UNSET", "ERROR")
            ),
            1.0,
        ),
        (
            "tempo_metrics_generator_spans_received_total{tenant=\"single-tenant\"}".to_owned(),
            3.0,
        ),
    ] {
        assert_eq!(bench.value(&series), Some(expected), "{series}");
    }
}

#[test]
fn a_new_series_shows_zeros_until_prometheus_has_seen_it_begin() {
    let mut bench = Bench::new();
    bench.take("shop", vec![span(SpanKind::Server, 1, None, 2)]);
    let calls = format!("traces_spanmetrics_calls_total{{{SERVER}}}");
    let sum = format!("traces_spanmetrics_latency_sum{{{SERVER}}}");
    assert_eq!(
        (bench.value(&calls), bench.value(&sum)),
        (Some(0.0), Some(0.0))
    );
    bench.pass(Duration::from_secs(15));
    assert_eq!(
        (bench.value(&calls), bench.value(&sum)),
        (Some(1.0), Some(0.002))
    );
}

#[test]
fn failed_calls_begin_with_zeros_when_the_first_one_fails() {
    let mut bench = Bench::new();
    let call = |bench: &Bench, id: u64, code: i32| {
        let server = Span {
            status: Some(Status {
                code,
                ..Status::default()
            }),
            ..span(SpanKind::Server, id + 1, Some(id), 30)
        };
        bench.take("front", vec![span(SpanKind::Client, id, Some(1), 50)]);
        bench.take("orders", vec![server]);
    };
    let failed = "traces_service_graph_request_failed_total{client=\"front\",server=\"orders\"}";
    call(&bench, 10, 0);
    bench.pass(LONG);
    assert_eq!(bench.value(failed), None);
    call(&bench, 20, 2);
    assert_eq!(bench.value(failed), Some(0.0));
    bench.pass(Duration::from_secs(15));
    assert_eq!(bench.value(failed), Some(1.0));
}

#[test]
fn attributes_become_labels_and_the_spans_own_labels_keep_their_names() {
    let mut settings = GeneratorSettings::default();
    let metrics = settings.span_metrics.as_mut().expect("made");
    metrics.dimensions = vec!["http.route".to_owned(), "service".to_owned()];
    metrics.intrinsics = vec![Intrinsic::Service];
    let mut bench = Bench::with(settings);
    let routed = Span {
        attributes: vec![text("http.route", "/a\"b"), text("service", "other")],
        ..span(SpanKind::Internal, 1, None, 2)
    };
    bench.take("shop", vec![routed]);
    bench.pass(LONG);
    let series = "traces_spanmetrics_calls_total{service=\"shop\",http_route=\"/a\\\"b\",__service=\"other\"}";
    assert_eq!(bench.value(series), Some(1.0));
}

#[test]
fn no_label_stands_twice_whatever_the_dimensions_are_called() {
    let mut settings = GeneratorSettings::default();
    let metrics = settings.span_metrics.as_mut().expect("made");
    let keys = [
        "http.route",
        "http_route",
        "le",
        "tenant",
        "metric_overflow",
    ];
    metrics.dimensions = keys.map(str::to_owned).to_vec();
    metrics.intrinsics = vec![Intrinsic::Service];
    let mut bench = Bench::with(settings);
    let spans = vec![Span {
        attributes: keys.map(|key| text(key, key)).to_vec(),
        ..span(SpanKind::Internal, 1, None, 2)
    }];
    bench.take("shop", spans);
    bench.pass(LONG);
    let series = "traces_spanmetrics_calls_total{service=\"shop\",http_route=\"http.route\",__le=\"le\",__tenant=\"tenant\",__metric_overflow=\"metric_overflow\"}";
    assert_eq!(bench.value(series), Some(1.0), "{}", bench.page());
}

#[test]
fn a_call_is_counted_when_both_sides_came_whichever_is_first() {
    let client = || span(SpanKind::Client, 2, Some(1), 50);
    let server = || Span {
        status: Some(Status {
            code: 2,
            ..Status::default()
        }),
        ..span(SpanKind::Server, 3, Some(2), 30)
    };
    for client_first in [true, false] {
        let mut bench = Bench::new();
        if client_first {
            bench.take("front", vec![client()]);
            bench.take("orders", vec![server()]);
        } else {
            bench.take("orders", vec![server()]);
            bench.take("front", vec![client()]);
        }
        bench.pass(LONG);
        for (family, expected) in [
            ("request_total", 1.0),
            ("request_failed_total", 1.0),
            ("request_client_seconds_sum", 0.05),
            ("request_server_seconds_sum", 0.03),
            ("request_server_seconds_count", 1.0),
        ] {
            let series =
                format!("traces_service_graph_{family}{{client=\"front\",server=\"orders\"}}");
            assert_eq!(bench.value(&series), Some(expected), "{series}");
        }
        let expired = "tempo_metrics_generator_processor_service_graphs_expired_edges{tenant=\"single-tenant\"}";
        assert_eq!(bench.value(expired), Some(0.0));
    }
}

#[test]
fn messages_and_databases_are_connections_of_their_own() {
    let mut bench = Bench::new();
    let query = Span {
        attributes: vec![
            text("db.system", "postgresql"),
            text("db.name", "orders"),
            text("server.address", "db"),
        ],
        ..span(SpanKind::Client, 2, Some(1), 7)
    };
    bench.take("shop", vec![query, span(SpanKind::Producer, 3, Some(1), 2)]);
    bench.take("mailer", vec![span(SpanKind::Consumer, 4, Some(3), 9)]);
    bench.pass(LONG);
    for labels in [
        "client=\"shop\",server=\"db\",connection_type=\"database\"",
        "client=\"shop\",server=\"mailer\",connection_type=\"messaging_system\"",
    ] {
        let series = format!("traces_service_graph_request_total{{{labels}}}");
        assert_eq!(bench.value(&series), Some(1.0), "{series}");
    }
}

#[test]
fn who_sends_no_spans_is_a_virtual_node_once_the_wait_is_over() {
    let mut bench = Bench::new();
    let outside = Span {
        attributes: vec![text("peer.service", "stripe")],
        ..span(SpanKind::Client, 2, Some(1), 9)
    };
    let unknown = span(SpanKind::Client, 3, Some(1), 9);
    let orphan = span(SpanKind::Server, 4, Some(99), 9);
    let first = span(SpanKind::Server, 1, None, 20);
    bench.take("shop", vec![first, outside, unknown, orphan]);
    bench.pass(Duration::from_secs(9));
    assert!(!bench.page().contains("virtual_node"));
    bench.pass(Duration::from_secs(1));
    bench.pass(LONG);
    for (client, server) in [("user", "shop"), ("shop", "stripe")] {
        let series = format!(
            "traces_service_graph_request_total{{client=\"{client}\",server=\"{server}\",connection_type=\"virtual_node\"}}"
        );
        assert_eq!(bench.value(&series), Some(1.0), "{series}");
    }
    for (counter, expected) in [("edges", 4.0), ("expired_edges", 2.0)] {
        let series = format!(
            "tempo_metrics_generator_processor_service_graphs_{counter}{{tenant=\"single-tenant\"}}"
        );
        assert_eq!(bench.value(&series), Some(expected), "{series}");
    }
}

#[test]
fn calls_over_the_number_that_may_wait_are_dropped_and_counted() {
    let mut settings = GeneratorSettings::default();
    settings.service_graph.as_mut().expect("made").max_items = 2;
    let bench = Bench::with(settings);
    let spans = (1..=5)
        .map(|id| span(SpanKind::Client, id, None, 1))
        .collect();
    bench.take("shop", spans);
    let dropped =
        "tempo_metrics_generator_processor_service_graphs_dropped_spans{tenant=\"single-tenant\"}";
    assert_eq!(bench.value(dropped), Some(3.0));
}

#[test]
fn series_over_the_bound_share_one_set_of_labels_and_are_counted() {
    let mut bench = Bench::with(GeneratorSettings {
        service_graph: None,
        max_active_series: 2 * 19,
        ..GeneratorSettings::default()
    });
    let spans = (1..=5)
        .map(|id| Span {
            name: format!("GET /{id}"),
            ..span(SpanKind::Internal, id, None, 1)
        })
        .collect();
    bench.take("shop", spans);
    bench.pass(LONG);
    let calls = "traces_spanmetrics_calls_total{metric_overflow=\"true\"}";
    assert_eq!(bench.value(calls), Some(3.0));
    let registry = |counter: &str| {
        bench.value(&format!(
            "tempo_metrics_generator_registry_{counter}{{tenant=\"single-tenant\"}}"
        ))
    };
    assert_eq!(registry("active_series"), Some(38.0));
    assert_eq!(registry("max_active_series"), Some(38.0));
    assert_eq!(registry("series_limited_total"), Some(57.0));
}

#[test]
fn series_that_nothing_is_added_to_are_forgotten() {
    let mut bench = Bench::new();
    bench.take("shop", vec![span(SpanKind::Internal, 1, None, 1)]);
    bench.pass(Duration::from_mins(14));
    bench.take("mailer", vec![span(SpanKind::Internal, 2, None, 1)]);
    assert!(bench.page().contains("service=\"shop\""));
    bench.pass(Duration::from_mins(1) + Duration::from_secs(1));
    assert!(!bench.page().contains("service=\"shop\""));
    assert!(bench.page().contains("service=\"mailer\""));
    let removed = "tempo_metrics_generator_registry_series_removed_total{tenant=\"single-tenant\"}";
    assert_eq!(bench.value(removed), Some(19.0));
}

#[test]
fn spans_that_ended_long_ago_are_received_and_left_out() {
    let bench = Bench::new();
    let mut old = span(SpanKind::Server, 1, None, 1);
    old.end_time_unix_nano -= 31_000_000_000;
    bench.take("shop", vec![old]);
    assert!(!bench.page().contains("service=\"shop\""));
    let discarded = "tempo_metrics_generator_spans_discarded_total{processor=\"all\",reason=\"outside_metrics_ingestion_slack\",tenant=\"single-tenant\"}";
    assert_eq!(bench.value(discarded), Some(1.0));
}

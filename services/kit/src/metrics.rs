//! What `/metrics` says, in Prometheus's text format: requests by route, and the fate of the spans made.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use prometheus::core::{Collector, Desc};
use prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType};
use prometheus::{Gauge, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder};
use telemetry::Drops;

const LABELS: [&str; 3] = ["method", "route", "status"];

/// Upper bounds of the duration histogram, in seconds: from a cached read to a slow page.
const BUCKETS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// The metrics of one service.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
}

impl Metrics {
    /// Registers the metrics and notes the start of the process.
    pub(crate) fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new(
                "http_requests_total",
                "Requests answered, by method, route template and status.",
            ),
            &LABELS,
        )?;
        let durations = HistogramVec::new(
            HistogramOpts::new(
                "http_request_duration_seconds",
                "Time from request to answer, in seconds.",
            )
            .buckets(BUCKETS.to_vec()),
            &LABELS,
        )?;
        let started = Gauge::new(
            "process_start_time_seconds",
            "Start of the process, in seconds since 1970.",
        )?;
        started.set(Timestamp::now().as_duration().as_secs_f64());
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(started))?;
        registry.register(Box::new(SpanMetrics::new()?))?;
        Ok(Self {
            registry,
            requests,
            durations,
        })
    }

    /// Counts one answered request.
    pub(crate) fn observe(&self, method: &str, route: &str, status: u16, duration: Duration) {
        let status = status.to_string();
        let labels = [method, route, status.as_str()];
        self.requests.with_label_values(&labels).inc();
        self.durations
            .with_label_values(&labels)
            .observe(duration.as_secs_f64());
    }

    /// Everything, in Prometheus's text format 0.0.4.
    pub(crate) fn render(&self) -> Result<String, prometheus::Error> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

/// The span counts of the telemetry library, read at the moment of the scrape.
struct SpanMetrics {
    made: Desc,
    sent: Desc,
    failed: Desc,
    dropped: Desc,
    waiting: Desc,
    retried: Desc,
    buffered: Desc,
    buffered_bytes: Desc,
}

/// The label of dropped spans.
const REASON: &str = "reason";

impl SpanMetrics {
    fn new() -> Result<Self, prometheus::Error> {
        let labelled = |name: &str, help: &str, labels: &[&str]| {
            let labels = labels.iter().map(|&label| label.to_owned()).collect();
            Desc::new(name.into(), help.into(), labels, HashMap::new())
        };
        let describe = |name: &str, help: &str| labelled(name, help, &[]);
        Ok(Self {
            made: describe(
                "telemetry_spans_made_total",
                "Sampled spans ended since the start.",
            )?,
            sent: describe(
                "telemetry_spans_sent_total",
                "Spans that the backend accepted.",
            )?,
            failed: describe(
                "telemetry_spans_failed_total",
                "Spans that the backend refused for good.",
            )?,
            dropped: labelled(
                "telemetry_spans_dropped_total",
                "Spans dropped unsent, by reason.",
                &[REASON],
            )?,
            waiting: describe(
                "telemetry_spans_waiting",
                "Spans waiting for export, wherever they wait.",
            )?,
            retried: describe(
                "telemetry_spans_retried_total",
                "Spans of failed attempts that are made again, counted once for each attempt.",
            )?,
            buffered: describe(
                "telemetry_spans_buffered",
                "Waiting spans that are in the retry buffer.",
            )?,
            buffered_bytes: describe("telemetry_retry_buffer_bytes", "Bytes in the retry buffer.")?,
        })
    }
}

impl Collector for SpanMetrics {
    fn desc(&self) -> Vec<&Desc> {
        vec![
            &self.made,
            &self.sent,
            &self.failed,
            &self.dropped,
            &self.waiting,
            &self.retried,
            &self.buffered,
            &self.buffered_bytes,
        ]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let counters = telemetry::export_counters();
        vec![
            counter(&self.made, counters.made),
            counter(&self.sent, counters.sent),
            counter(&self.failed, counters.failed),
            by_reason(&self.dropped, counters.drops),
            gauge(&self.waiting, counters.waiting),
            counter(&self.retried, counters.retried),
            gauge(&self.buffered, counters.buffered),
            gauge(&self.buffered_bytes, counters.buffered_bytes),
        ]
    }
}

fn counter(desc: &Desc, value: u64) -> MetricFamily {
    family(desc, MetricType::COUNTER, vec![counted(value)])
}

fn counted(value: u64) -> Metric {
    let mut metric = Metric::default();
    let mut counter = prometheus::proto::Counter::default();
    counter.set_value(as_float(value));
    metric.set_counter(counter);
    metric
}

fn by_reason(desc: &Desc, drops: Drops) -> MetricFamily {
    let Drops {
        queue_full,
        buffer_full,
        shutdown,
    } = drops;
    let metrics = [
        ("buffer_full", buffer_full),
        ("queue_full", queue_full),
        ("shutdown", shutdown),
    ]
    .map(|(reason, spans)| {
        let mut label = LabelPair::default();
        label.set_name(REASON.to_owned());
        label.set_value(reason.to_owned());
        let mut metric = counted(spans);
        metric.set_label(vec![label]);
        metric
    });
    family(desc, MetricType::COUNTER, metrics.into())
}

fn gauge(desc: &Desc, value: u64) -> MetricFamily {
    let mut metric = Metric::default();
    let mut gauge = prometheus::proto::Gauge::default();
    gauge.set_value(as_float(value));
    metric.set_gauge(gauge);
    family(desc, MetricType::GAUGE, vec![metric])
}

fn family(desc: &Desc, kind: MetricType, metrics: Vec<Metric>) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(desc.fq_name.clone());
    family.set_help(desc.help.clone());
    family.set_field_type(kind);
    family.set_metric(metrics);
    family
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the text format knows only floats; exact up to 2^53 spans"
)]
fn as_float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_method_route_and_status() {
        let metrics = Metrics::new().unwrap();
        metrics.observe("GET", "/api/documents/{id}", 404, Duration::from_millis(3));
        let text = metrics.render().unwrap();
        let labels = r#"{method="GET",route="/api/documents/{id}",status="404"}"#;
        assert!(
            text.contains(&format!("http_requests_total{labels} 1\n")),
            "{text}"
        );
        assert!(
            text.contains(&format!("http_request_duration_seconds_count{labels} 1\n")),
            "{text}"
        );
    }

    #[test]
    fn the_fate_of_spans_is_told_from_the_start() {
        let text = Metrics::new().unwrap().render().unwrap();
        for line in [
            "made_total counter",
            "sent_total counter",
            "failed_total counter",
            "dropped_total counter",
            "retried_total counter",
            "waiting gauge",
            "buffered gauge",
        ] {
            assert!(
                text.contains(&format!("# TYPE telemetry_spans_{line}\n")),
                "{text}"
            );
        }
        for reason in ["queue_full", "buffer_full", "shutdown"] {
            let sample = format!("telemetry_spans_dropped_total{{reason=\"{reason}\"}} ");
            assert!(text.contains(&sample), "{text}");
        }
        assert!(
            text.contains("# TYPE telemetry_retry_buffer_bytes gauge\n"),
            "{text}"
        );
    }
}

//! How often, how long and how large spans are, by service, name, kind and status.

use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::common::v1::KeyValue;

use super::histogram::Histogram;
use super::labels;
use super::seen::SeenSpan;
use super::series::{Budget, SeriesByLabels};
use super::settings::{Intrinsic, SpanFamily, SpanMetricsSettings};

/// What is counted of the spans with the same labels.
#[derive(Debug, Default)]
pub(super) struct SpanTotals {
    pub(super) calls: u64,
    pub(super) bytes: u64,
    pub(super) latency: Histogram,
}

/// The metrics of spans of one tenant.
#[derive(Debug)]
pub(super) struct SpanMetrics {
    pub(super) series: SeriesByLabels<SpanTotals>,
    /// Labels of every span.
    constant: String,
    /// Attributes that are labels, with the names of the labels.
    dimensions: Vec<(String, String)>,
    /// The labels of the span at hand.
    labels: String,
}

impl SpanMetrics {
    pub(super) fn new(settings: &SpanMetricsSettings, constant: &str) -> Self {
        let weight = settings.families.iter().map(|family| match family {
            SpanFamily::Calls | SpanFamily::Size => 1,
            SpanFamily::Latency => Histogram::series(&settings.buckets),
        });
        Self {
            series: SeriesByLabels::new(constant, weight.sum()),
            constant: constant.to_owned(),
            dimensions: labelled(&settings.dimensions),
            labels: String::new(),
        }
    }

    /// Counts the spans of one resource.
    pub(super) fn take<'span>(
        &mut self,
        settings: &SpanMetricsSettings,
        service: &str,
        resource: &[KeyValue],
        spans: impl Iterator<Item = &'span SeenSpan>,
        budget: &mut Budget,
        now: Instant,
    ) {
        self.labels.clear();
        self.labels.push_str(&self.constant);
        let mut of_spans = settings.intrinsics.as_slice();
        if let [Intrinsic::Service, rest @ ..] = of_spans {
            labels::put(&mut self.labels, Intrinsic::Service.label(), service);
            of_spans = rest;
        }
        let common = self.labels.len();
        for span in spans {
            self.labels.truncate(common);
            for intrinsic in of_spans {
                let value = match intrinsic {
                    Intrinsic::Service => service,
                    Intrinsic::SpanName => &span.name,
                    Intrinsic::SpanKind => span.kind.as_str_name(),
                    Intrinsic::StatusCode => span.status.as_str_name(),
                    Intrinsic::StatusMessage => &span.status_message,
                };
                labels::put(&mut self.labels, intrinsic.label(), value);
            }
            for (key, label) in &self.dimensions {
                let value = labels::find(key, &[resource, &span.attributes]);
                labels::put(&mut self.labels, label, &value.unwrap_or_default());
            }
            let took = Duration::from_nanos(span.end.saturating_sub(span.start));
            self.series.update(&self.labels, budget, now, |totals| {
                totals.calls += 1;
                totals.bytes += span.bytes as u64;
                totals.latency.observe(&settings.buckets, took);
            });
        }
    }
}

/// Labels that a series may have besides: with a label that stands twice Prometheus refuses the whole page.
const TAKEN: [&str; 3] = ["le", "tenant", "metric_overflow"];

/// Attributes with the names of their labels; of several that would have the same label, the first.
fn labelled(keys: &[String]) -> Vec<(String, String)> {
    let mut labelled: Vec<(String, String)> = Vec::new();
    for key in keys {
        let label = label_of(key);
        if labelled.iter().all(|(_, known)| *known != label) {
            labelled.push((key.clone(), label));
        }
    }
    labelled
}

/// An attribute whose label would be one of the span's own gets underscores before it, as in Tempo; so do those that are
/// [`TAKEN`].
fn label_of(key: &str) -> String {
    let name = labels::name_of(key);
    let own = Intrinsic::ALL.map(Intrinsic::label);
    if own.iter().chain(&TAKEN).any(|taken| *taken == name) {
        return format!("__{name}");
    }
    name
}

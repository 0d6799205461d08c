//! All of it in Prometheus' text format.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::bookkeeping;
use super::histogram::Histogram;
use super::series::{SeriesByLabels, Timed};
use super::service_graph::CallTotals;
use super::settings::{GeneratorSettings, SpanFamily};
use super::span_metrics::SpanTotals;
use super::tenant::Tenant;
use crate::ids::TenantId;
use crate::metrics::{Exposition, Kind};

/// The tenants with what they made.
pub(super) type Tenants = BTreeMap<TenantId, Tenant>;

pub(super) fn expose(
    settings: &GeneratorSettings,
    tenants: &Tenants,
    now: Instant,
    target: &mut Exposition,
) {
    if tenants.is_empty() {
        return;
    }
    let page = Page {
        settings,
        tenants,
        now,
    };
    page.spans(target);
    page.calls(target);
    bookkeeping::expose(settings, tenants, target);
}

/// What one answer shows.
struct Page<'state> {
    settings: &'state GeneratorSettings,
    tenants: &'state Tenants,
    now: Instant,
}

/// What a counter has counted, and since when: never yet, where there is nothing to show.
struct Count {
    total: u64,
    begun: Option<Instant>,
}

impl Count {
    fn of(total: u64, begun: Instant) -> Self {
        Self {
            total,
            begun: Some(begun),
        }
    }
}

/// A family of histograms about to be written.
struct Histograms<'page> {
    name: &'static str,
    help: &'static str,
    bounds: &'page [Duration],
}

impl Page<'_> {
    fn spans(&self, target: &mut Exposition) {
        let Some(settings) = &self.settings.span_metrics else {
            return;
        };
        let all = || {
            self.tenants
                .values()
                .filter_map(|tenant| Some(&tenant.span_metrics.as_ref()?.series))
        };
        for family in &settings.families {
            match family {
                SpanFamily::Calls => self.counters(
                    "traces_spanmetrics_calls_total",
                    "Number of spans.",
                    all(),
                    |spans: &Timed<SpanTotals>| Count::of(spans.value.calls, spans.begun),
                    target,
                ),
                SpanFamily::Size => self.counters(
                    "traces_spanmetrics_size_total",
                    "Size of spans in bytes.",
                    all(),
                    |spans: &Timed<SpanTotals>| Count::of(spans.value.bytes, spans.begun),
                    target,
                ),
                SpanFamily::Latency => self.histograms(
                    &Histograms {
                        name: "traces_spanmetrics_latency",
                        help: "Duration of spans in seconds.",
                        bounds: &settings.buckets,
                    },
                    all(),
                    |totals: &SpanTotals| &totals.latency,
                    target,
                ),
            }
        }
    }

    fn calls(&self, target: &mut Exposition) {
        let Some(settings) = &self.settings.service_graph else {
            return;
        };
        let all = || {
            self.tenants
                .values()
                .filter_map(|tenant| Some(&tenant.service_graph.as_ref()?.series))
        };
        self.counters(
            "traces_service_graph_request_total",
            "Number of requests between two services.",
            all(),
            |calls: &Timed<CallTotals>| Count::of(calls.value.requests, calls.begun),
            target,
        );
        self.counters(
            "traces_service_graph_request_failed_total",
            "Number of failed requests between two services.",
            all(),
            |calls: &Timed<CallTotals>| Count {
                total: calls.value.failed,
                begun: calls.value.failing_since,
            },
            target,
        );
        self.histograms(
            &Histograms {
                name: "traces_service_graph_request_server_seconds",
                help: "Duration of requests between two services as the server saw it, in seconds.",
                bounds: &settings.buckets,
            },
            all(),
            |totals: &CallTotals| &totals.server,
            target,
        );
        self.histograms(
            &Histograms {
                name: "traces_service_graph_request_client_seconds",
                help: "Duration of requests between two services as the client saw it, in seconds.",
                bounds: &settings.buckets,
            },
            all(),
            |totals: &CallTotals| &totals.client,
            target,
        );
    }

    /// Whether a series is so new that it shows zeros.
    ///
    /// Tempo writes a zero before the first value of a series, as Prometheus counts no increase from nothing.
    fn is_beginning(&self, begun: Instant) -> bool {
        self.now.saturating_duration_since(begun) < self.settings.collection_interval
    }

    /// Writes counters; those that never counted anything are left out, as in Tempo.
    fn counters<'series, V: Default + 'series>(
        &self,
        name: &str,
        help: &str,
        all: impl Iterator<Item = &'series SeriesByLabels<V>>,
        count: impl Fn(&Timed<V>) -> Count,
        target: &mut Exposition,
    ) {
        target.family(name, help, Kind::Counter);
        for (labels, timed) in all.flat_map(SeriesByLabels::sorted) {
            let Count { total, begun } = count(timed);
            let Some(begun) = begun else { continue };
            let shown = if self.is_beginning(begun) { 0 } else { total };
            target.sample_with(name, format_args!("{labels}"), shown);
        }
    }

    fn histograms<'series, V: Default + 'series>(
        &self,
        family: &Histograms<'_>,
        all: impl Iterator<Item = &'series SeriesByLabels<V>>,
        histogram: impl Fn(&V) -> &Histogram,
        target: &mut Exposition,
    ) {
        let Histograms { name, help, bounds } = family;
        target.family(name, help, Kind::Histogram);
        let (bucket_name, sum_name, count_name) = (
            format!("{name}_bucket"),
            format!("{name}_sum"),
            format!("{name}_count"),
        );
        let bounds: Vec<String> = bounds
            .iter()
            .map(|bound| bound.as_secs_f64().to_string())
            .chain(["+Inf".to_owned()])
            .collect();
        for (labels, timed) in all.flat_map(SeriesByLabels::sorted) {
            let begins = self.is_beginning(timed.begun);
            let comma = if labels.is_empty() { "" } else { "," };
            let of_series = histogram(&timed.value);
            for (bound, count) in bounds.iter().zip(of_series.cumulative()) {
                let shown = if begins { 0 } else { count };
                target.sample_with(
                    &bucket_name,
                    format_args!("{labels}{comma}le=\"{bound}\""),
                    shown,
                );
            }
            let sum = if begins { 0.0 } else { of_series.sum() };
            let count = if begins { 0 } else { of_series.count() };
            target.sample_with(&sum_name, format_args!("{labels}"), sum);
            target.sample_with(&count_name, format_args!("{labels}"), count);
        }
    }
}

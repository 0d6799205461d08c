//! What the spans of one tenant made.

use std::sync::Arc;
use std::time::Instant;

use super::Now;
use super::labels;
use super::seen::{SeenResource, SeenSpan};
use super::series::Budget;
use super::service_graph::ServiceGraph;
use super::settings::GeneratorSettings;
use super::span_metrics::SpanMetrics;

/// The metrics of one tenant's spans, and of how they were made.
#[derive(Debug)]
pub(super) struct Tenant {
    pub(super) span_metrics: Option<SpanMetrics>,
    pub(super) service_graph: Option<ServiceGraph>,
    pub(super) budget: Budget,
    pub(super) spans_received: u64,
    pub(super) bytes_received: u64,
    /// Spans that ended too far from now.
    pub(super) spans_outside: u64,
}

impl Tenant {
    /// `constant` are the labels that all series have, in the text format.
    pub(super) fn new(settings: &GeneratorSettings, constant: &str) -> Self {
        Self {
            span_metrics: settings
                .span_metrics
                .as_ref()
                .map(|settings| SpanMetrics::new(settings, constant)),
            service_graph: settings
                .service_graph
                .as_ref()
                .map(|settings| ServiceGraph::new(settings, constant)),
            budget: Budget::new(settings.max_active_series),
            spans_received: 0,
            bytes_received: 0,
            spans_outside: 0,
        }
    }

    pub(super) fn take(
        &mut self,
        settings: &GeneratorSettings,
        resources: &[SeenResource],
        bytes: usize,
        now: Now,
    ) {
        self.bytes_received += bytes as u64;
        let slack = u64::try_from(settings.slack.as_nanos()).unwrap_or(u64::MAX);
        let timely = now.unix_nanos.saturating_sub(slack)..=now.unix_nanos.saturating_add(slack);
        for resource in resources {
            let is_timely = |span: &&SeenSpan| timely.contains(&span.end);
            let outside = resource
                .spans
                .iter()
                .filter(|span| !is_timely(span))
                .count();
            self.spans_received += resource.spans.len() as u64;
            self.spans_outside += outside as u64;
            let service = labels::find("service.name", &[&resource.attributes]);
            if let (Some(metrics), Some(settings)) =
                (&mut self.span_metrics, &settings.span_metrics)
            {
                metrics.take(
                    settings,
                    service.as_deref().unwrap_or_default(),
                    &resource.attributes,
                    resource.spans.iter().filter(is_timely),
                    &mut self.budget,
                    now.instant,
                );
            }
            let service = service.filter(|name| !name.is_empty());
            if let (Some(graph), Some(settings), Some(service)) =
                (&mut self.service_graph, &settings.service_graph, service)
            {
                graph.take(
                    settings,
                    &Arc::from(service),
                    &resource.attributes,
                    resource.spans.iter().filter(is_timely),
                    &mut self.budget,
                    now.instant,
                );
            }
        }
    }

    pub(super) fn keep_house(&mut self, settings: &GeneratorSettings, now: Instant) {
        if let (Some(graph), Some(settings)) = (&mut self.service_graph, &settings.service_graph) {
            graph.give_up(settings, &mut self.budget, now);
        }
        let Some(oldest) = now.checked_sub(settings.stale_duration) else {
            return;
        };
        if let Some(metrics) = &mut self.span_metrics {
            metrics.series.forget(oldest, &mut self.budget);
        }
        if let Some(graph) = &mut self.service_graph {
            graph.series.forget(oldest, &mut self.budget);
        }
    }
}

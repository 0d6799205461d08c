//! Which metrics are made of spans, by the keys of Tempo's metrics generator.

use std::time::Duration;

use super::go_values::Units;
use super::reader::Reader;
use super::yaml::Node;
use crate::generator::{
    GeneratorSettings, Intrinsic, ServiceGraphSettings, SpanFamily, SpanMetricsSettings,
};

const OVERRIDES: &str = "overrides.defaults.metrics_generator";
const SPAN_METRICS: &str = "metrics_generator.processor.span_metrics";
const SERVICE_GRAPHS: &str = "metrics_generator.processor.service_graphs";

impl Reader<'_> {
    /// `None` where Tempo makes none: without a processor, or without a path for its write-ahead log.
    pub(super) fn generator(&mut self) -> Option<GeneratorSettings> {
        let processors = self.texts(&format!("{OVERRIDES}.processors"));
        let has_path = self
            .text("metrics_generator.storage.path")
            .is_some_and(|path| !path.is_empty());
        let settings = self.settings(&processors.unwrap_or_default());
        let makes_some = settings.span_metrics.is_some() || settings.service_graph.is_some();
        (has_path && makes_some).then_some(settings)
    }

    /// The URLs that Tempo would write to, without what may be secret in them.
    pub(super) fn remote_write(&mut self) -> Vec<String> {
        let targets = self.items("metrics_generator.storage.remote_write");
        targets
            .unwrap_or_default()
            .iter()
            .filter_map(|target| match &target.node.get("url")?.node {
                Node::Text(url) => Some(public_part(url)),
                _ => None,
            })
            .collect()
    }

    fn settings(&mut self, processors: &[String]) -> GeneratorSettings {
        let mut settings = GeneratorSettings {
            span_metrics: self.span_metrics(processors),
            service_graph: processors
                .iter()
                .any(|name| name == "service-graphs")
                .then(|| self.service_graphs()),
            ..GeneratorSettings::default()
        };
        let max = self.number(&format!("{OVERRIDES}.max_active_series"), "uint32");
        if let Some(max) = max.filter(|max| *max > 0) {
            settings.max_active_series = max;
        }
        let interval = self
            .duration(&format!("{OVERRIDES}.collection_interval"), Units::Go)
            .filter(|interval| !interval.is_zero())
            .or_else(|| self.duration("metrics_generator.registry.collection_interval", Units::Go));
        if let Some(interval) = interval {
            settings.collection_interval = interval;
        }
        if let Some(stale) = self.duration("metrics_generator.registry.stale_duration", Units::Go) {
            settings.stale_duration = stale;
        }
        let slack = "metrics_generator.metrics_ingestion_time_range_slack";
        if let Some(slack) = self.duration(slack, Units::Go) {
            settings.slack = slack;
        }
        settings
    }

    fn span_metrics(&mut self, processors: &[String]) -> Option<SpanMetricsSettings> {
        let mut settings = SpanMetricsSettings::default();
        if !processors.iter().any(|name| name == "span-metrics") {
            settings.families.retain(|family| {
                let own = match family {
                    SpanFamily::Calls => "span-metrics-count",
                    SpanFamily::Latency => "span-metrics-latency",
                    SpanFamily::Size => "span-metrics-size",
                };
                processors.iter().any(|name| name == own)
            });
        }
        if settings.families.is_empty() {
            return None;
        }
        if let Some(buckets) = self.buckets(&format!("{SPAN_METRICS}.histogram_buckets")) {
            settings.buckets = buckets;
        }
        if let Some(dimensions) = self.texts(&format!("{SPAN_METRICS}.dimensions")) {
            settings.dimensions = dimensions;
        }
        let defaults = settings.intrinsics.clone();
        settings.intrinsics = Intrinsic::ALL
            .into_iter()
            .filter(|intrinsic| {
                let path = format!("{SPAN_METRICS}.intrinsic_dimensions.{}", intrinsic.label());
                if self.find(&path).is_some() {
                    return self.flag(&path);
                }
                defaults.contains(intrinsic)
            })
            .collect();
        Some(settings)
    }

    fn service_graphs(&mut self) -> ServiceGraphSettings {
        let mut settings = ServiceGraphSettings::default();
        if let Some(wait) = self.duration(&format!("{SERVICE_GRAPHS}.wait"), Units::Go) {
            settings.wait = wait;
        }
        if let Some(items) = self.number(&format!("{SERVICE_GRAPHS}.max_items"), "int") {
            settings.max_items = items;
        }
        if let Some(buckets) = self.buckets(&format!("{SERVICE_GRAPHS}.histogram_buckets")) {
            settings.buckets = buckets;
        }
        if let Some(keys) = self.texts(&format!("{SERVICE_GRAPHS}.peer_attributes")) {
            settings.peer_attributes = keys;
        }
        if let Some(keys) = self.texts(&format!("{SERVICE_GRAPHS}.database_name_attributes")) {
            settings.database_attributes = keys;
        }
        settings
    }

    /// Upper bounds in seconds, in any order.
    fn buckets(&mut self, path: &str) -> Option<Vec<Duration>> {
        let mut bounds = Vec::new();
        for item in self.items(path)? {
            let seconds = match &item.node {
                Node::Float(seconds) => Some(*seconds),
                Node::Integer(seconds) => u32::try_from(*seconds).ok().map(f64::from),
                _ => None,
            };
            match seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
                Some(bound) => bounds.push(bound),
                None => self.mistyped(item, "float64"),
            }
        }
        bounds.sort_unstable();
        bounds.dedup();
        Some(bounds)
    }
}

/// A URL without its user, password and query.
fn public_part(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let separator = if scheme.is_empty() { "" } else { "://" };
    format!("{scheme}{separator}{host}{path}")
}

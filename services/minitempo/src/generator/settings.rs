//! What is made of spans, and within which bounds; the defaults are those of Tempo 3.0.

use std::time::Duration;

/// How many series a tenant has at most, where Tempo would not bound them: what one answer of `/metrics` can carry.
const MAX_ACTIVE_SERIES: u64 = 20_000;
/// The smallest bucket of a span's duration, and how many follow, each twice as long.
const SPAN_BUCKETS: (Duration, u32) = (Duration::from_millis(2), 14);
/// The smallest bucket of a call's duration, and how many follow, each twice as long.
const CALL_BUCKETS: (Duration, u32) = (Duration::from_millis(100), 8);
/// Attributes that name the other side of a call, best first.
const PEER_ATTRIBUTES: [&str; 3] = ["peer.service", "db.name", "db.system"];
/// Attributes that tell the call of a database, best name first.
const DATABASE_ATTRIBUTES: [&str; 3] = ["db.namespace", "db.name", "db.system"];

/// What is made of spans (`metrics_generator` and `overrides.defaults.metrics_generator`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratorSettings {
    /// Metrics of each kind of span, where they are made.
    pub span_metrics: Option<SpanMetricsSettings>,
    /// Metrics of who calls whom, where they are made.
    pub service_graph: Option<ServiceGraphSettings>,
    /// How many series a tenant has at most (`max_active_series`); what is over it shares one set of labels.
    pub max_active_series: u64,
    /// How long a new series shows zeros (`collection_interval`), so that Prometheus sees it begin.
    pub collection_interval: Duration,
    /// How long after its last span a series is forgotten (`registry.stale_duration`).
    pub stale_duration: Duration,
    /// How far from now a span may have ended (`metrics_ingestion_time_range_slack`).
    pub slack: Duration,
}

impl Default for GeneratorSettings {
    fn default() -> Self {
        Self {
            span_metrics: Some(SpanMetricsSettings::default()),
            service_graph: Some(ServiceGraphSettings::default()),
            max_active_series: MAX_ACTIVE_SERIES,
            collection_interval: Duration::from_secs(15),
            stale_duration: Duration::from_mins(15),
            slack: Duration::from_secs(30),
        }
    }
}

/// Metrics of each kind of span (`metrics_generator.processor.span_metrics`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanMetricsSettings {
    /// Which of them are made.
    pub families: Vec<SpanFamily>,
    /// Upper bounds of the buckets, ascending.
    pub buckets: Vec<Duration>,
    /// Properties of every span that are labels.
    pub intrinsics: Vec<Intrinsic>,
    /// Attributes of the resource or the span that are labels.
    pub dimensions: Vec<String>,
}

impl Default for SpanMetricsSettings {
    fn default() -> Self {
        Self {
            families: SpanFamily::ALL.to_vec(),
            buckets: doubling(SPAN_BUCKETS),
            intrinsics: vec![
                Intrinsic::Service,
                Intrinsic::SpanName,
                Intrinsic::SpanKind,
                Intrinsic::StatusCode,
            ],
            dimensions: Vec::new(),
        }
    }
}

/// A metric of spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanFamily {
    /// `traces_spanmetrics_calls_total`.
    Calls,
    /// `traces_spanmetrics_latency`, in seconds.
    Latency,
    /// `traces_spanmetrics_size_total`, in bytes.
    Size,
}

impl SpanFamily {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Calls, Self::Latency, Self::Size];
}

/// A property that every span has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intrinsic {
    /// The name of its service.
    Service,
    /// Its own name.
    SpanName,
    /// Its kind, such as `SPAN_KIND_SERVER`.
    SpanKind,
    /// Its status, such as `STATUS_CODE_ERROR`.
    StatusCode,
    /// What its status says; off unless asked for.
    StatusMessage,
}

impl Intrinsic {
    /// All of them, in the order of labels.
    pub const ALL: [Self; 5] = [
        Self::Service,
        Self::SpanName,
        Self::SpanKind,
        Self::StatusCode,
        Self::StatusMessage,
    ];

    /// The label, and the key of a configuration.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::SpanName => "span_name",
            Self::SpanKind => "span_kind",
            Self::StatusCode => "status_code",
            Self::StatusMessage => "status_message",
        }
    }
}

/// Metrics of who calls whom (`metrics_generator.processor.service_graphs`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceGraphSettings {
    /// How long one side of a call is kept for the other to come.
    pub wait: Duration,
    /// How many calls wait at most.
    pub max_items: usize,
    /// Upper bounds of the buckets, ascending.
    pub buckets: Vec<Duration>,
    /// Attributes that name the other side of a call that sends no spans, best first.
    pub peer_attributes: Vec<String>,
    /// Attributes that tell the call of a database, best name first.
    pub database_attributes: Vec<String>,
}

impl Default for ServiceGraphSettings {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(10),
            max_items: 10_000,
            buckets: doubling(CALL_BUCKETS),
            peer_attributes: PEER_ATTRIBUTES.map(str::to_owned).to_vec(),
            database_attributes: DATABASE_ATTRIBUTES.map(str::to_owned).to_vec(),
        }
    }
}

fn doubling((first, count): (Duration, u32)) -> Vec<Duration> {
    (0..count).map(|step| first * 2_u32.pow(step)).collect()
}

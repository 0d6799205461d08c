//! What is kept of a span until its request is stored and counted.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

use super::settings::GeneratorSettings;
use crate::ids::TraceId;

/// A status that says nothing, as Tempo writes one into every span that has none before it measures it.
const EMPTY_STATUS: usize = 2;

/// The spans of one resource.
#[derive(Debug)]
pub(crate) struct SeenResource {
    pub(crate) attributes: Vec<KeyValue>,
    pub(crate) spans: Vec<SeenSpan>,
}

/// A span without what no metric is made of.
#[derive(Debug)]
pub(crate) struct SeenSpan {
    pub(super) trace_id: TraceId,
    pub(super) span_id: u64,
    /// Zero for the first span of a trace.
    pub(super) parent_id: u64,
    pub(super) name: String,
    pub(super) kind: SpanKind,
    pub(super) status: StatusCode,
    pub(super) status_message: String,
    /// Nanoseconds since the epoch.
    pub(super) start: u64,
    /// Nanoseconds since the epoch.
    pub(super) end: u64,
    /// Its length as Tempo would measure it.
    pub(super) bytes: usize,
    /// Empty where nobody will look at them.
    pub(super) attributes: Vec<KeyValue>,
}

impl SeenSpan {
    /// Keeps of a span of `bytes` what the metrics of `settings` need.
    pub(crate) fn of(
        trace_id: TraceId,
        span: Span,
        bytes: usize,
        settings: &GeneratorSettings,
    ) -> Self {
        let kind = span.kind();
        let is_call = match kind {
            SpanKind::Client | SpanKind::Server | SpanKind::Producer | SpanKind::Consumer => true,
            SpanKind::Internal | SpanKind::Unspecified => false,
        };
        let looks = (is_call && settings.service_graph.is_some())
            || settings
                .span_metrics
                .as_ref()
                .is_some_and(|metrics| !metrics.dimensions.is_empty());
        let bytes = match span.status {
            Some(_) => bytes,
            None => bytes + EMPTY_STATUS,
        };
        let (status, status_message) = span.status.map_or_else(
            || (StatusCode::Unset, String::new()),
            |status| (status.code(), status.message),
        );
        Self {
            trace_id,
            span_id: number(&span.span_id),
            parent_id: number(&span.parent_span_id),
            name: span.name,
            kind,
            status,
            status_message,
            start: span.start_time_unix_nano,
            end: span.end_time_unix_nano,
            bytes,
            attributes: if looks { span.attributes } else { Vec::new() },
        }
    }
}

/// The eight bytes of a span id as a number; zero for none.
fn number(id: &[u8]) -> u64 {
    id.try_into().map_or(0, u64::from_be_bytes)
}

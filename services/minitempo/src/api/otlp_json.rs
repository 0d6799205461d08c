//! Traces in the JSON form that Tempo answers with: protobuf's JSON mapping, so ids in base64, enums by name, 64-bit
//! numbers as text, defaults left out. (OTLP's own JSON has ids in hexadecimal and enums as numbers.)

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link, SpanKind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use serde::Serialize;

use super::attribute_json::{JsonAttribute, all};
use crate::query::Trace;

/// The answer of `/api/traces/{id}`.
#[derive(Debug, Serialize)]
pub(super) struct Batches {
    batches: Vec<JsonResourceSpans>,
}

impl Batches {
    pub(super) fn of(trace: &Trace) -> Self {
        Self {
            batches: all(&trace.resource_spans),
        }
    }
}

/// The answer of `/api/v2/traces/{id}`.
#[derive(Debug, Serialize)]
pub(super) struct TraceByIdAnswer {
    trace: JsonTrace,
    metrics: JsonTraceMetrics,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonTrace {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_spans: Vec<JsonResourceSpans>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonTraceMetrics {
    #[serde(skip_serializing_if = "Option::is_none")]
    inspected_bytes: Option<String>,
}

impl TraceByIdAnswer {
    pub(super) fn of(trace: &Trace, inspected_bytes: usize) -> Self {
        Self {
            trace: JsonTrace {
                resource_spans: all(&trace.resource_spans),
            },
            metrics: JsonTraceMetrics {
                inspected_bytes: (inspected_bytes > 0).then(|| inspected_bytes.to_string()),
            },
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonResourceSpans {
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<JsonResource>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scope_spans: Vec<JsonScopeSpans>,
    #[serde(skip_serializing_if = "String::is_empty")]
    schema_url: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonResource {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<JsonAttribute>,
    #[serde(skip_serializing_if = "is_zero")]
    dropped_attributes_count: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonScopeSpans {
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<JsonScope>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    spans: Vec<JsonSpan>,
    #[serde(skip_serializing_if = "String::is_empty")]
    schema_url: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonScope {
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    version: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<JsonAttribute>,
    #[serde(skip_serializing_if = "is_zero")]
    dropped_attributes_count: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonSpan {
    #[serde(skip_serializing_if = "String::is_empty")]
    trace_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    span_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    trace_state: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    parent_span_id: String,
    #[serde(skip_serializing_if = "is_zero")]
    flags: u32,
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time_unix_nano: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time_unix_nano: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<JsonAttribute>,
    #[serde(skip_serializing_if = "is_zero")]
    dropped_attributes_count: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<JsonEvent>,
    #[serde(skip_serializing_if = "is_zero")]
    dropped_events_count: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<JsonLink>,
    #[serde(skip_serializing_if = "is_zero")]
    dropped_links_count: u32,
    status: JsonStatus,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonEvent {
    #[serde(skip_serializing_if = "Option::is_none")]
    time_unix_nano: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<JsonAttribute>,
    #[serde(skip_serializing_if = "is_zero")]
    dropped_attributes_count: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonLink {
    #[serde(skip_serializing_if = "String::is_empty")]
    trace_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    span_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    trace_state: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<JsonAttribute>,
    #[serde(skip_serializing_if = "is_zero")]
    dropped_attributes_count: u32,
    #[serde(skip_serializing_if = "is_zero")]
    flags: u32,
}

/// Always written, as Tempo does, even if empty.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonStatus {
    #[serde(skip_serializing_if = "String::is_empty")]
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn nanos(time: u64) -> Option<String> {
    (time > 0).then(|| time.to_string())
}

impl From<&ResourceSpans> for JsonResourceSpans {
    fn from(source: &ResourceSpans) -> Self {
        Self {
            resource: source.resource.as_ref().map(JsonResource::from),
            scope_spans: all(&source.scope_spans),
            schema_url: source.schema_url.clone(),
        }
    }
}

impl From<&Resource> for JsonResource {
    fn from(source: &Resource) -> Self {
        Self {
            attributes: all(&source.attributes),
            dropped_attributes_count: source.dropped_attributes_count,
        }
    }
}

impl From<&ScopeSpans> for JsonScopeSpans {
    fn from(source: &ScopeSpans) -> Self {
        Self {
            scope: source.scope.as_ref().map(JsonScope::from),
            spans: all(&source.spans),
            schema_url: source.schema_url.clone(),
        }
    }
}

impl From<&InstrumentationScope> for JsonScope {
    fn from(source: &InstrumentationScope) -> Self {
        Self {
            name: source.name.clone(),
            version: source.version.clone(),
            attributes: all(&source.attributes),
            dropped_attributes_count: source.dropped_attributes_count,
        }
    }
}

impl From<&Span> for JsonSpan {
    fn from(source: &Span) -> Self {
        Self {
            trace_id: STANDARD.encode(&source.trace_id),
            span_id: STANDARD.encode(&source.span_id),
            trace_state: source.trace_state.clone(),
            parent_span_id: STANDARD.encode(&source.parent_span_id),
            flags: source.flags,
            name: source.name.clone(),
            kind: match source.kind() {
                SpanKind::Unspecified => None,
                kind => Some(kind.as_str_name()),
            },
            start_time_unix_nano: nanos(source.start_time_unix_nano),
            end_time_unix_nano: nanos(source.end_time_unix_nano),
            attributes: all(&source.attributes),
            dropped_attributes_count: source.dropped_attributes_count,
            events: all(&source.events),
            dropped_events_count: source.dropped_events_count,
            links: all(&source.links),
            dropped_links_count: source.dropped_links_count,
            status: source
                .status
                .as_ref()
                .map(JsonStatus::from)
                .unwrap_or_default(),
        }
    }
}

impl From<&Event> for JsonEvent {
    fn from(source: &Event) -> Self {
        Self {
            time_unix_nano: nanos(source.time_unix_nano),
            name: source.name.clone(),
            attributes: all(&source.attributes),
            dropped_attributes_count: source.dropped_attributes_count,
        }
    }
}

impl From<&Link> for JsonLink {
    fn from(source: &Link) -> Self {
        Self {
            trace_id: STANDARD.encode(&source.trace_id),
            span_id: STANDARD.encode(&source.span_id),
            trace_state: source.trace_state.clone(),
            attributes: all(&source.attributes),
            dropped_attributes_count: source.dropped_attributes_count,
            flags: source.flags,
        }
    }
}

impl From<&Status> for JsonStatus {
    fn from(source: &Status) -> Self {
        Self {
            message: source.message.clone(),
            code: match source.code() {
                StatusCode::Unset => None,
                code => Some(code.as_str_name()),
            },
        }
    }
}

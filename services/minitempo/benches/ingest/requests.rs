//! What is sent: requests made before the measurement.

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;

pub(crate) const SPANS_PER_BATCH: usize = 512;
const SPANS_PER_TRACE: usize = 8;
const SERVICES: usize = 4;

/// A request of 64 traces over four services, about 95 kB.
pub(crate) fn batch(number: usize) -> Bytes {
    let traces = SPANS_PER_BATCH / SPANS_PER_TRACE;
    let resource_spans = (0..SERVICES).map(|service| {
        let spans = (0..traces).flat_map(|trace| {
            (0..SPANS_PER_TRACE / SERVICES)
                .map(move |span| span_of(number * traces + trace, service * SPANS_PER_TRACE + span))
        });
        ResourceSpans {
            resource: Some(Resource {
                attributes: vec![
                    text("service.name", &format!("service-{service}")),
                    text("service.version", "1.0.0"),
                    text("environment", "development"),
                ],
                ..Resource::default()
            }),
            scope_spans: vec![ScopeSpans {
                spans: spans.collect(),
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }
    });
    ExportTraceServiceRequest {
        resource_spans: resource_spans.collect(),
    }
    .encode_to_vec()
    .into()
}

fn span_of(trace: usize, span: usize) -> Span {
    // Trace ids that are spread evenly, as random ones are.
    let mixed = (trace as u128 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    let start = 1_795_328_711_000_000_000 + (trace * 1000 + span) as u64;
    Span {
        trace_id: mixed.to_be_bytes().to_vec(),
        span_id: (trace as u64 * 64 + span as u64 + 1).to_be_bytes().to_vec(),
        parent_span_id: (trace as u64 * 64 + 1).to_be_bytes().to_vec(),
        name: "POST /api/scrape".to_owned(),
        kind: 2,
        start_time_unix_nano: start,
        end_time_unix_nano: start + 60_000_000,
        attributes: vec![
            text("http.method", "POST"),
            text("http.url", "http://scraper:8080/api/scrape"),
            KeyValue {
                key: "http.status_code".to_owned(),
                value: Some(AnyValue {
                    value: Some(Value::IntValue(200)),
                }),
                ..KeyValue::default()
            },
            text("user_id", "12345"),
        ],
        ..Span::default()
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

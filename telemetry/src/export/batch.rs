//! A batch of spans as it goes over the wire: encoded once, however often it is sent.

use std::collections::HashSet;

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use prost::Message as _;

/// Spans that are sent together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch {
    body: Bytes,
    spans: usize,
    traces: usize,
}

impl Batch {
    /// The batch of `spans`, which `resource` made.
    pub(super) fn new(spans: Vec<SpanData>, resource: &Resource) -> Self {
        let count = spans.len();
        let traces: HashSet<_> = spans
            .iter()
            .map(|span| span.span_context.trace_id())
            .collect();
        let traces = traces.len();
        let resource = ResourceAttributesWithSchema::from(resource);
        let request = ExportTraceServiceRequest {
            resource_spans: group_spans_by_resource_and_scope(spans, &resource),
        };
        Self {
            body: request.encode_to_vec().into(),
            spans: count,
            traces,
        }
    }

    /// The encoded `ExportTraceServiceRequest`; shared, not copied.
    pub(super) fn body(&self) -> Bytes {
        self.body.clone()
    }

    /// How many spans are in it.
    pub(super) fn spans(&self) -> usize {
        self.spans
    }

    /// How many traces they belong to.
    pub(super) fn traces(&self) -> usize {
        self.traces
    }

    /// How many bytes it takes in memory and, uncompressed, on the wire.
    pub(super) fn size(&self) -> usize {
        self.body.len()
    }
}

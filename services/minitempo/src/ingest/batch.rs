//! The spans of one request, checked and grouped by trace.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use bytes::Bytes;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

use super::refusal::Refusal;
use super::span_ids::{IdFault, check_ids};
use super::truncate::{MAX_ATTRIBUTE_BYTES, Truncated};
use super::wire::{
    RawRequest, RawResourceSpans, RawScopeSpans, describe, field_len, optional_len, put_field,
    put_field_head, put_optional,
};
use crate::generator::{GeneratorSettings, SeenResource, SeenSpan};
use crate::ids::{TenantId, TraceId};
use crate::store::Fragment;

/// A request that holds nothing invalid.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    resources: Vec<ResourcePart>,
    /// Where each trace's spans are, in order of first appearance.
    traces: Vec<TracePart>,
    /// How many spans there are.
    pub(crate) spans: u64,
    /// Attribute values that were cut.
    pub(crate) truncated: Truncated,
    /// What metrics are made of; nothing where none are.
    pub(crate) seen: Vec<SeenResource>,
}

/// What is noted while the spans of a request are read.
struct Reading<'settings> {
    by_trace: HashMap<TraceId, usize>,
    fault: Option<IdFault>,
    /// Which metrics are made of them.
    generator: Option<&'settings GeneratorSettings>,
}

#[derive(Debug)]
struct ResourcePart {
    resource: Option<Bytes>,
    schema_url: Bytes,
    scopes: Vec<ScopePart>,
}

#[derive(Debug)]
struct ScopePart {
    scope: Option<Bytes>,
    schema_url: Bytes,
    spans: Vec<Bytes>,
}

#[derive(Debug)]
struct TracePart {
    id: TraceId,
    start: u64,
    end: u64,
    places: Vec<Place>,
}

/// Where a span is: resource, scope and span counted from 0.
#[derive(Debug, Clone, Copy)]
struct Place {
    resource: usize,
    scope: usize,
    span: usize,
}

/// The size of a request as the rate limit counts it: the bytes of its resource spans.
pub(crate) fn ingress_bytes(request: &RawRequest) -> usize {
    request.resource_spans.iter().map(Bytes::len).sum()
}

/// Splits a request into its resource spans; fails if the bytes are not such a message.
pub(crate) fn split(body: Bytes) -> Result<RawRequest, Refusal> {
    RawRequest::decode(body).map_err(|error| malformed(&error))
}

impl Batch {
    /// Reads every span of the request, so that nothing is stored that cannot be read back.
    pub(crate) fn read(
        request: RawRequest,
        generator: Option<&GeneratorSettings>,
    ) -> Result<Self, Refusal> {
        let mut batch = Self::default();
        let mut reading = Reading {
            by_trace: HashMap::new(),
            fault: None,
            generator,
        };
        for raw in request.resource_spans {
            let raw = RawResourceSpans::decode(raw).map_err(|error| malformed(&error))?;
            batch.read_resource(raw, &mut reading)?;
        }
        let spans = batch.spans;
        match reading.fault {
            None => Ok(batch),
            Some(IdFault::Trace(bits)) => Err(Refusal::InvalidTraceId { bits, spans }),
            Some(IdFault::Span(bits)) => Err(Refusal::InvalidSpanId { bits, spans }),
        }
    }

    fn read_resource(
        &mut self,
        raw: RawResourceSpans,
        reading: &mut Reading<'_>,
    ) -> Result<(), Refusal> {
        let mut attributes = Vec::new();
        let resource = match raw.resource {
            None => None,
            Some(bytes) => {
                let (bytes, resource) = self.checked_resource(bytes)?;
                attributes = resource.attributes;
                Some(bytes)
            }
        };
        if reading.generator.is_some() {
            self.seen.push(SeenResource {
                attributes,
                spans: Vec::new(),
            });
        }
        let index = self.resources.len();
        self.resources.push(ResourcePart {
            resource,
            schema_url: raw.schema_url,
            scopes: Vec::with_capacity(raw.scope_spans.len()),
        });
        for raw in raw.scope_spans {
            let raw = RawScopeSpans::decode(raw).map_err(|error| malformed(&error))?;
            let part = self.read_scope(index, raw, reading)?;
            self.resources[index].scopes.push(part);
        }
        Ok(())
    }

    fn read_scope(
        &mut self,
        resource: usize,
        raw: RawScopeSpans,
        reading: &mut Reading<'_>,
    ) -> Result<ScopePart, Refusal> {
        let scope_index = self.resources[resource].scopes.len();
        let scope = raw
            .scope
            .map(|bytes| self.checked_scope(bytes))
            .transpose()?;
        let mut spans = raw.spans;
        for (span_index, bytes) in spans.iter_mut().enumerate() {
            let mut span = Span::decode(bytes.clone()).map_err(|error| malformed(&error))?;
            self.spans += 1;
            let Some(id) = check_ids(&span, &mut reading.fault)? else {
                continue;
            };
            if bytes.len() > MAX_ATTRIBUTE_BYTES && self.truncated.cut_span(&mut span) {
                *bytes = span.encode_to_vec().into();
            }
            let place = Place {
                resource,
                scope: scope_index,
                span: span_index,
            };
            self.enter(id, &span, place, &mut reading.by_trace);
            if let (Some(settings), Some(seen)) = (reading.generator, self.seen.last_mut()) {
                seen.spans
                    .push(SeenSpan::of(id, span, bytes.len(), settings));
            }
        }
        Ok(ScopePart {
            scope,
            schema_url: raw.schema_url,
            spans,
        })
    }

    /// The bytes of a resource, with values cut that are too long, and what they say.
    fn checked_resource(&mut self, bytes: Bytes) -> Result<(Bytes, Resource), Refusal> {
        let mut resource = Resource::decode(bytes.clone()).map_err(|error| malformed(&error))?;
        if bytes.len() > MAX_ATTRIBUTE_BYTES && self.truncated.cut_resource(&mut resource) {
            return Ok((resource.encode_to_vec().into(), resource));
        }
        Ok((bytes, resource))
    }

    fn checked_scope(&mut self, bytes: Bytes) -> Result<Bytes, Refusal> {
        let mut scope =
            InstrumentationScope::decode(bytes.clone()).map_err(|error| malformed(&error))?;
        if bytes.len() > MAX_ATTRIBUTE_BYTES && self.truncated.cut_scope(&mut scope) {
            return Ok(scope.encode_to_vec().into());
        }
        Ok(bytes)
    }

    fn enter(
        &mut self,
        id: TraceId,
        span: &Span,
        place: Place,
        by_trace: &mut HashMap<TraceId, usize>,
    ) {
        match by_trace.entry(id) {
            Entry::Occupied(known) => {
                let trace = &mut self.traces[*known.get()];
                trace.start = trace.start.min(span.start_time_unix_nano);
                trace.end = trace.end.max(span.end_time_unix_nano);
                trace.places.push(place);
            }
            Entry::Vacant(new) => {
                new.insert(self.traces.len());
                self.traces.push(TracePart {
                    id,
                    start: span.start_time_unix_nano,
                    end: span.end_time_unix_nano,
                    places: vec![place],
                });
            }
        }
    }

    /// How many traces the spans belong to.
    pub(crate) fn trace_count(&self) -> usize {
        self.traces.len()
    }

    /// Puts the spans together again, one fragment for each trace.
    pub(crate) fn into_fragments(self, tenant: &TenantId) -> Vec<Fragment> {
        self.traces
            .iter()
            .map(|trace| Fragment {
                tenant: tenant.clone(),
                trace_id: trace.id,
                spans: u32::try_from(trace.places.len()).unwrap_or(u32::MAX),
                start: trace.start,
                end: trace.end,
                payload: self.assemble(&trace.places),
            })
            .collect()
    }

    /// A `TracesData` with the spans at `places`, which are in the order of the request.
    fn assemble(&self, places: &[Place]) -> Vec<u8> {
        let mut data = Vec::new();
        for of_resource in places.chunk_by(|a, b| a.resource == b.resource) {
            let part = &self.resources[of_resource[0].resource];
            let scopes: Vec<(&[Place], usize)> = of_resource
                .chunk_by(|a, b| a.scope == b.scope)
                .map(|of_scope| (of_scope, part.scopes[of_scope[0].scope].len_of(of_scope)))
                .collect();
            let len = part.resource.as_ref().map_or(0, |r| field_len(r.len()))
                + scopes.iter().map(|(_, len)| field_len(*len)).sum::<usize>()
                + optional_len(&part.schema_url);
            data.reserve(field_len(len));
            put_field_head(&mut data, 1, len);
            if let Some(resource) = &part.resource {
                put_field(&mut data, 1, resource);
            }
            for (of_scope, len) in scopes {
                put_field_head(&mut data, 2, len);
                part.scopes[of_scope[0].scope].put(of_scope, &mut data);
            }
            put_optional(&mut data, &part.schema_url);
        }
        data
    }
}

impl ScopePart {
    fn len_of(&self, places: &[Place]) -> usize {
        self.scope.as_ref().map_or(0, |s| field_len(s.len()))
            + places
                .iter()
                .map(|place| field_len(self.spans[place.span].len()))
                .sum::<usize>()
            + optional_len(&self.schema_url)
    }

    fn put(&self, places: &[Place], target: &mut Vec<u8>) {
        if let Some(scope) = &self.scope {
            put_field(target, 1, scope);
        }
        for place in places {
            put_field(target, 2, &self.spans[place.span]);
        }
        put_optional(target, &self.schema_url);
    }
}

fn malformed(error: &prost::DecodeError) -> Refusal {
    Refusal::Malformed(describe(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, TracesData};

    fn span(trace: u8, id: u8) -> Span {
        Span {
            trace_id: vec![trace; 16],
            span_id: vec![id; 8],
            name: format!("span {id}"),
            start_time_unix_nano: u64::from(id),
            end_time_unix_nano: u64::from(id) + 10,
            ..Span::default()
        }
    }

    fn request(scopes: Vec<Vec<Span>>) -> Bytes {
        ExportTraceServiceRequest {
            resource_spans: scopes
                .into_iter()
                .map(|spans| ResourceSpans {
                    resource: Some(Resource::default()),
                    scope_spans: vec![ScopeSpans {
                        scope: Some(InstrumentationScope {
                            name: "scope".to_owned(),
                            ..InstrumentationScope::default()
                        }),
                        spans,
                        schema_url: "https://example.test/schema".to_owned(),
                    }],
                    ..ResourceSpans::default()
                })
                .collect(),
        }
        .encode_to_vec()
        .into()
    }

    fn read(body: Bytes) -> Result<Batch, Refusal> {
        Batch::read(split(body)?, None)
    }

    #[test]
    fn spans_are_grouped_by_trace_with_their_resource_and_scope() {
        let body = request(vec![vec![span(1, 1), span(2, 2)], vec![span(1, 3)]]);
        let batch = read(body).expect("valid");
        assert_eq!((batch.spans, batch.trace_count()), (3, 2));
        let fragments = batch.into_fragments(&TenantId::single());
        assert_eq!(fragments[0].spans, 2);
        assert_eq!((fragments[0].start, fragments[0].end), (1, 13));
        let data = TracesData::decode(fragments[0].payload.as_slice()).expect("readable");
        assert_eq!(data.resource_spans.len(), 2);
        let scope_spans = &data.resource_spans[0].scope_spans[0];
        assert_eq!(scope_spans.spans, [span(1, 1)]);
        assert_eq!(scope_spans.schema_url, "https://example.test/schema");
        assert_eq!(data.resource_spans[1].scope_spans[0].spans, [span(1, 3)]);
    }

    #[test]
    fn one_zero_trace_id_refuses_the_whole_request_and_counts_its_spans() {
        let body = request(vec![vec![span(1, 1), span(0, 2)]]);
        let refusal = read(body).expect_err("zero id");
        assert_eq!(
            refusal.to_string(),
            "trace ids must be 128 bit, received 0 bits"
        );
        assert_eq!(refusal.discarded(), Some(("invalid_trace_id", 2)));
    }

    #[test]
    fn a_trace_id_of_eight_bytes_is_malformed() {
        let mut short = span(1, 1);
        short.trace_id.truncate(8);
        let refusal = read(request(vec![vec![short]])).expect_err("short id");
        assert_eq!(refusal.to_string(), "unmarshal: invalid TraceID length");
    }
}

//! One trace, put together from its fragments.

use std::collections::HashSet;

use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, TracesData};
use prost::Message as _;

use super::error::QueryError;
use crate::ids::{TenantId, TraceId};
use crate::store::{Catalogue, TimeRange};

/// A trace; empty if nothing is stored of it.
pub type Trace = TracesData;

/// `tempopb.TraceByIDResponse`, as far as it is answered.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TraceByIdResponse {
    #[prost(message, optional, tag = "1")]
    pub(crate) trace: Option<Trace>,
    #[prost(message, optional, tag = "2")]
    pub(crate) metrics: Option<TraceByIdMetrics>,
}

/// `tempopb.TraceByIDMetrics`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TraceByIdMetrics {
    #[prost(uint64, tag = "1")]
    pub(crate) inspected_bytes: u64,
}

/// Reads a trace from all blocks.
pub(crate) fn trace_by_id(
    catalogue: &Catalogue,
    tenant: &TenantId,
    trace_id: TraceId,
) -> Result<Trace, QueryError> {
    assemble(&catalogue.trace(tenant, trace_id)?)
}

/// Puts fragments together: spans of the same resource and scope side by side, a span that was sent twice once.
pub(crate) fn assemble(payloads: &[Vec<u8>]) -> Result<Trace, QueryError> {
    let mut trace = Trace::default();
    let mut seen = HashSet::new();
    for payload in payloads {
        for mut incoming in Trace::decode(payload.as_slice())?.resource_spans {
            for scope_spans in &mut incoming.scope_spans {
                // A client that did not get the answer sends again; Tempo tells spans apart by id and kind, too.
                scope_spans
                    .spans
                    .retain(|span| seen.insert((span.span_id.clone(), span.kind)));
            }
            merge_resource(&mut trace.resource_spans, incoming);
        }
    }
    Ok(trace)
}

fn merge_resource(known: &mut Vec<ResourceSpans>, mut incoming: ResourceSpans) {
    incoming.scope_spans.retain(|scope| !scope.spans.is_empty());
    if incoming.scope_spans.is_empty() {
        return;
    }
    let same = known.iter_mut().find(|other| {
        other.resource == incoming.resource && other.schema_url == incoming.schema_url
    });
    let Some(target) = same else {
        known.push(incoming);
        return;
    };
    for scope_spans in incoming.scope_spans {
        merge_scope(&mut target.scope_spans, scope_spans);
    }
}

fn merge_scope(known: &mut Vec<ScopeSpans>, incoming: ScopeSpans) {
    let same = known
        .iter_mut()
        .find(|other| other.scope == incoming.scope && other.schema_url == incoming.schema_url);
    match same {
        Some(target) => target.spans.extend(incoming.spans),
        None => known.push(incoming),
    }
}

/// Every trace that the single tenant has stored, latest start first.
pub(crate) fn all_traces(catalogue: &Catalogue) -> Result<Vec<Trace>, QueryError> {
    let tenant = TenantId::single();
    let mut ids = Vec::new();
    let mut seen = HashSet::new();
    for block in catalogue.blocks().into_iter().rev() {
        for (id, _) in block.traces(&tenant, TimeRange::ALL)? {
            if seen.insert(id) {
                ids.push(id);
            }
        }
    }
    ids.into_iter()
        .map(|id| trace_by_id(catalogue, &tenant, id))
        .collect()
}

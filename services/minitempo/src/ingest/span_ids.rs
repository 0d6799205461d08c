//! The ids of spans, checked as Tempo checks them.

use opentelemetry_proto::tonic::trace::v1::Span;

use super::refusal::Refusal;
use crate::ids::TraceId;

/// What is wrong with the ids of a span, with the number of bits that were received.
pub(super) enum IdFault {
    Trace(usize),
    Span(usize),
}

/// The trace id of a span; `None` with the first fault noted if an id is empty or zero.
///
/// An id of any other wrong length is refused at once, as Tempo's unmarshalling does.
pub(super) fn check_ids(
    span: &Span,
    fault: &mut Option<IdFault>,
) -> Result<Option<TraceId>, Refusal> {
    if !matches!(span.trace_id.len(), 0 | 16) {
        return Err(Refusal::Malformed(
            "unmarshal: invalid TraceID length".to_owned(),
        ));
    }
    if !matches!(span.span_id.len(), 0 | 8) || !matches!(span.parent_span_id.len(), 0 | 8) {
        return Err(Refusal::Malformed(
            "unmarshal: invalid SpanID length".to_owned(),
        ));
    }
    let id = TraceId::from_bytes(&span.trace_id);
    if id.is_none() {
        fault.get_or_insert(IdFault::Trace(0));
    } else if span.span_id.iter().all(|byte| *byte == 0) {
        fault.get_or_insert(IdFault::Span(0));
        return Ok(None);
    }
    Ok(id)
}

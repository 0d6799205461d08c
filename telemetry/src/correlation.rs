//! What ties a log line to its trace: the ids of the current trace, span and request.

use std::fmt;

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;

use crate::attribute::Attribute;
use crate::http::RequestId;
use crate::log;

pub use tracing::Level;

/// The id of a trace; shown as 32 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceId([u8; 16]);

/// The id of a span; shown as 16 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpanId([u8; 8]);

impl TraceId {
    /// The trace of the span in `context`.
    pub(crate) fn of(context: &Context) -> Option<Self> {
        let span = context.span();
        let ids = span.span_context();
        ids.is_valid().then(|| Self(ids.trace_id().to_bytes()))
    }
}

impl SpanId {
    /// The span in `context`.
    pub(crate) fn of(context: &Context) -> Option<Self> {
        let span = context.span();
        let ids = span.span_context();
        ids.is_valid().then(|| Self(ids.span_id().to_bytes()))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(formatter, &self.0)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(formatter, &self.0)
    }
}

fn write_hex(formatter: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes
        .iter()
        .try_for_each(|byte| write!(formatter, "{byte:02x}"))
}

/// The id of the current trace, if any.
pub fn trace_id() -> Option<TraceId> {
    Context::map_current(TraceId::of)
}

/// The id of the current span, if any.
pub fn span_id() -> Option<SpanId> {
    Context::map_current(SpanId::of)
}

/// The id of the request being served, if any: see [`http_middleware`](crate::http_middleware).
pub fn request_id() -> Option<RequestId> {
    Context::map_current(|context| context.get::<RequestId>().cloned())
}

/// Writes a log line with the ids of the current trace and span.
///
/// The `tracing` macros do the same with no extra work; this is for fields that are put together
/// at run time.
///
/// ```
/// use telemetry::Level;
///
/// telemetry::log_with_trace(Level::INFO, "document stored", &[("tags", 3.into())]);
/// ```
pub fn log_with_trace(level: Level, message: &str, fields: &[Attribute]) {
    log::write(level, message, fields);
}

//! Byte strings of which at least one stands in every line that can prove something, so that a whole buffer can be
//! searched before any line of it is decoded.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// None holds a character that JSON escapes, or a blank that a colour sequence may split.
const ANCHORS: &[&str] = &[
    // Destinations: OTLP paths, services and ports.
    "/v1/traces",
    "/v1/metrics",
    "/v1/logs",
    "opentelemetry.proto.collector",
    "4317",
    "4318",
    "55680",
    "55681",
    // Loggers, targets, packages.
    "opentelemetry",
    "io.o.e",
    "i.o.e",
    "OpenTelemetry",
    "OTLP",
    "otlp",
    "otelcol",
    "OTEL_",
    "OTel",
    // Python.
    "while exporting",
    "Failed to encode",
    "serialized size",
    "Failed to export",
    "Queue full, dropping",
    "Queue is full, likely",
    // Node.
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ERR_INVALID_PROTOCOL",
    "wrong version number",
    "(node:",
    "callErrorFromStatus",
    "DEADLINE_EXCEEDED",
    "UNAVAILABLE",
    "UNIMPLEMENTED",
    "RESOURCE_EXHAUSTED",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "[object Object]",
    "export response",
    "export request",
    "Export failed after",
    "metrics export",
    "record export failed",
    "items to be sent",
    "self-signed certificate",
    "HPE_INVALID",
    "socket hang up",
    "Export failed with",
    "Export retry time",
    "span export failed",
    "Received Partial Success",
    "because maxQueueSize reached",
    // Rust.
    "ExportError",
    "Export.Failed",
    // Java, Ruby, PHP, .NET.
    "BatchSpanProcessor",
    "Unable to export",
    "Exporter failed",
    "Export failure",
    "Export failed for",
    "in export method",
    "GRPC status",
    "Transient HTTP",
    "unexpectedly canceled",
    "HTTP request failed",
    "TrySubmitRequest",
    "buffer full",
    "MetricsExporter",
    "record(s) dropped",
    // Go.
    "traces export",
    "dropped log records",
    "failed to upload",
    "failed to send",
    "partial success",
    // Collector and Alloy.
    "Exporting failed",
    "exporterhelper",
    "Sender failed",
    "Failed to convert",
    "sending queue",
    "sending_queue",
    "Dropping data",
    "Refusing data",
    "high memory usage",
    "rpc error",
    // Tempo.
    "pusher failed",
    "no org id",
    "RATE_LIMITED",
    "TRACE_TOO_LARGE",
    "LIVE_TRACES_EXCEEDED",
    "msg=discarded",
    "max size of trace",
    "failed to push",
    "write to kafka",
    "exported to",
    "invalid endpoint",
    "since the last export",
    "export limit reached",
    "retry-able request",
    "Request to endpoint",
    "HTTP request to",
    "error exporting",
    // What SDKs and the collector say of their settings.
    "TRACES_SAMPLER",
    "sampler",
    "exporter(s)",
    "part of the URL",
    "Propagator",
    "failed to get config",
    "otel.traces",
    "otel.propagators",
    "otel.exporter",
    "parse headers",
    "escape header",
    "partial resource",
    "key value resource",
    "Descriptors cannot",
    "propagator",
    "Headers provided",
    "check if the file exists",
    "cannot be configured",
    // Shared.
    "xporter disconnected",
    "disconnected from the server",
    "grpc_log",
    "Partial success",
    // The tracing library of our own services.
    "failed to export spans",
    "span export recovered",
    "span queue is full",
    "retry buffer is full",
    "spans lost at shutdown",
    "backend rejected spans",
];

static AUTOMATON: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .build(ANCHORS)
        .expect("a fixed list of short patterns")
});

/// The anchors and the automaton that finds them.
#[derive(Debug, Clone, Copy)]
pub struct Anchors;

impl Anchors {
    /// The byte strings themselves.
    pub const fn patterns(self) -> &'static [&'static str] {
        ANCHORS
    }

    /// The automaton, built once.
    pub fn automaton(self) -> &'static AhoCorasick {
        &AUTOMATON
    }
}

/// Where the first anchor stands.
pub(super) fn first_in(raw: &[u8]) -> Option<usize> {
    AUTOMATON.find(raw).map(|found| found.start())
}

/// Whether raw bytes can hold a line that proves something without knowing the configured endpoints.
pub fn is_candidate(raw: &[u8]) -> bool {
    AUTOMATON.is_match(raw)
}

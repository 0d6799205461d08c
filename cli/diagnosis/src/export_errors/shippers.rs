//! Shippers of telemetry that export OTLP beside other things: Fluent Bit's output plugin and Vector's sink, both named
//! `opentelemetry`. Lines of their other outputs have the same words and are none of these.

use super::{
    Component, ErrorKind, Loss, Program, envelope::Record, reading::Reading, reading::says, status,
};

const SHIPPER: Component = Component::program(Program::Shipper);

pub(super) fn read(record: &Record<'_>) -> Option<Reading> {
    let text = &*record.text;
    fluent_bit(text).or_else(|| vector(text))
}

/// `[output:opentelemetry:opentelemetry.0] …` of the plugin, and the engine's lines about its chunks.
fn fluent_bit(text: &str) -> Option<Reading> {
    if text.contains("[engine]") && text.contains("output=opentelemetry.") {
        if text.contains("failed to flush chunk") {
            return Some(Reading::failed(SHIPPER, Loss::No));
        }
        return says(text, &["cannot be retried", "failed to retry"])
            .then(|| Reading::failed(SHIPPER, Loss::Yes));
    }
    if !text.contains("[output:opentelemetry:") {
        return None;
    }
    let refused = text.contains("HTTP status=") && status::of_http(text).is_some();
    let failed = says(
        text,
        &[
            "could not flush records to ",
            "no upstream connections available to ",
            "error performing HTTP request",
            "failed to obtain oauth2 access token",
        ],
    );
    let status = text.contains("grpc-status=") && !text.contains("grpc-status=0,");
    if status && text.contains("grpc-status=12,") {
        return Some(
            Reading::failed(SHIPPER, Loss::Unknown).kind(ErrorKind::CollectorNoTracesPipeline),
        );
    }
    (refused || failed || status).then(|| Reading::failed(SHIPPER, Loss::Unknown))
}

/// A span of `tracing` with `component_type=opentelemetry` around an event of the sink.
fn vector(text: &str) -> Option<Reading> {
    if !says(
        text,
        &[
            "component_type=opentelemetry",
            "component_type=\"opentelemetry\"",
        ],
    ) || !text.contains("sink{")
    {
        return None;
    }
    if says(
        text,
        &[
            "Retrying after error",
            "Retrying after response",
            "Request timed out. If this happens often",
        ],
    ) {
        return Some(Reading::failed(SHIPPER, Loss::No));
    }
    says(
        text,
        &[
            "dropping the request",
            "Service call failed. No retries or retries exhausted",
        ],
    )
    .then(|| Reading::failed(SHIPPER, Loss::Yes))
}

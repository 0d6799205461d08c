//! The Python SDK: `logging` records of `opentelemetry.exporter.otlp.proto.{grpc,http}`, `opentelemetry.sdk.trace.export`
//! and `opentelemetry.sdk._shared_internal`; printed bare, without level and logger, where logging is not set up.

use super::{
    Component, ErrorKind, Language, Loss, endpoint, envelope::Record, proxy, reading::Reading,
    reading::says,
};

const SDK: Component = Component::sdk(Language::Python);

/// What `OTLPExporterMixin` (gRPC) and `OTLP{Span,Metric,Log}Exporter` (HTTP) put behind `Failed to export`.
const BATCHES: [&str; 12] = [
    "traces",
    "metrics",
    "logs",
    "spans batch",
    "span batch",
    "metrics batch",
    "metric batch",
    "logs batch",
    "log batch",
    "batch",
    "span",
    "spans",
];

pub(super) fn read(record: &Record<'_>) -> Option<Reading> {
    let text = &*record.text;
    if says(text, &[" encountered while exporting "]) && says(text, &["Transient error "]) {
        // Up to 1.33: `retrying in 1s.`; later with jitter and the server's words.
        return Some(Reading::failed(SDK, Loss::No));
    }
    if failed_to_export(text) {
        return Some(Reading::failed(SDK, Loss::Yes));
    }
    if says(
        text,
        &[
            "Exception while exporting Span",
            "Exception while exporting metrics",
            "Exception while exporting logs",
            "Exception while exporting Log",
        ],
    ) {
        return Some(Reading::failed(SDK, Loss::Yes));
    }
    if says(
        text,
        &[
            "Queue full, dropping Span",
            "Queue full, dropping Log",
            "Queue is full, likely spans/logs will be dropped",
            "Queue is full, likely spans will be dropped",
        ],
    ) {
        return Some(Reading::failed(SDK, Loss::Yes).kind(ErrorKind::SdkQueueFull));
    }
    // The last line of the traceback that follows, as `requests` and `urllib3` word it.
    if says(text, &["requests.exceptions.", "urllib3.exceptions."])
        && endpoint::names_otlp_path(text)
    {
        return Some(Reading::failed(SDK, Loss::Unknown));
    }
    // What `urllib3` says below `requests`: it tries again by itself, and in debug logs tells each answer.
    if text.contains("urllib3.connectionpool") && endpoint::names_otlp_path(text) {
        if text.contains("Retrying (Retry(") {
            return Some(Reading::failed(SDK, Loss::No));
        }
        return proxy::answered(text).map(|kind| Reading::failed(SDK, Loss::Unknown).kind(kind));
    }
    if text.contains("Dropping ") && text.contains(" batch: serialized size ") {
        return Some(Reading::failed(SDK, Loss::Yes).kind(ErrorKind::TempoMessageTooLarge));
    }
    if says(
        text,
        &[
            "Failed to encode span batch: ",
            "Failed to encode logs batch: ",
            "Failed to encode metrics batch: ",
        ],
    ) {
        return Some(Reading::failed(SDK, Loss::Yes).kind(ErrorKind::BadRequest));
    }
    notice(text)
}

fn failed_to_export(text: &str) -> bool {
    text.match_indices("Failed to export ").any(|(at, prefix)| {
        let rest = &text[at + prefix.len()..];
        BATCHES.iter().any(|batch| {
            rest.strip_prefix(batch).is_some_and(|rest| {
                rest.starts_with(" code: ")
                    || rest.starts_with(", error code: StatusCode.")
                    || rest.starts_with(" due to timeout, ")
                    || (rest.starts_with(" to ") && rest.contains(", error code: StatusCode."))
            })
        })
    })
}

/// What the SDK says of its settings when it starts.
fn notice(text: &str) -> Option<Reading> {
    let kind = if says(
        text,
        &[
            "not found in entry point 'opentelemetry_traces_sampler'",
            "Couldn't recognize sampler ",
            "Using default sampler. Failed to initialize ",
            "Could not convert TRACES_SAMPLER_ARG",
        ],
    ) {
        ErrorKind::SamplerInvalid
    } else if says(
        text,
        &[
            "not found in entry point 'opentelemetry_traces_exporter'",
            "not found in entry point 'opentelemetry_metrics_exporter'",
            "not found in entry point 'opentelemetry_logs_exporter'",
        ],
    ) {
        ErrorKind::ExporterUnknown
    } else if says(text, &["RuntimeError: Unsupported OTLP protocol "]) {
        ErrorKind::ProtocolEnvInvalid
    } else if says(
        text,
        &["Header format invalid! Header values in environment variables must be URL encoded"],
    ) {
        ErrorKind::HeadersMalformed
    } else if text.contains("ValueError: Propagator ")
        && text.contains(" not found. It is either misspelled or not installed")
    {
        ErrorKind::PropagatorInvalid
    } else if text.contains("Invalid key value resource attribute pair ") {
        ErrorKind::ResourceMalformed
    } else if text.contains("Failed to auto initialize OpenTelemetry") {
        ErrorKind::SdkStartFailed
    } else if text.contains("TypeError: Descriptors cannot be created directly") {
        ErrorKind::SdkDependencyCrash
    } else {
        return None;
    };
    Some(Reading::misconfigured(SDK, kind))
}

//! The Rust SDK: `tracing` events of the targets `opentelemetry_sdk` and `opentelemetry-otlp` (since 0.27), before that
//! lines on stderr that begin with `OpenTelemetry trace error occurred`.

use super::{
    Component, ErrorKind, Language, Loss, envelope::Record, reading::Reading, reading::says,
};

const SDK: Component = Component::sdk(Language::Rust);

pub(super) fn read(record: &Record<'_>) -> Option<Reading> {
    let text = &*record.text;
    if text.contains("OpenTelemetry ")
        && says(
            text,
            &[
                "trace error occurred.",
                "metrics error occurred.",
                "log error occurred.",
                "logs error occurred.",
            ],
        )
    {
        let reading = Reading::failed(SDK, Loss::Yes);
        // The queue of the older processors is a channel.
        return Some(if text.contains("channel is full") {
            reading.kind(ErrorKind::SdkQueueFull)
        } else if text.contains("for url (https://") {
            // `reqwest` names no cause; a refused connection would be as likely, but most backends speak plaintext.
            reading.likeliest(ErrorKind::TlsToPlaintext)
        } else {
            reading
        });
    }
    if text.contains("endpoint: invalid endpoint '") {
        return Some(Reading::failed(SDK, Loss::Unknown).kind(ErrorKind::SchemeMissing));
    }
    if !says(
        text,
        &[
            "opentelemetry_sdk",
            "opentelemetry-otlp",
            "opentelemetry_otlp",
        ],
    ) {
        return None;
    }
    given_up(text)
        .or_else(|| told_by_client(text))
        .or_else(|| tried_again_or_failed(text))
}

/// Data that is lost for a reason of its own.
fn given_up(text: &str) -> Option<Reading> {
    if text.contains("deadline exceeded during throttle") {
        return Some(Reading::failed(SDK, Loss::Yes).kind(ErrorKind::TempoRateLimited));
    }
    if says(text, &["PartialSuccess"]) {
        return Some(Reading::failed(SDK, Loss::Yes).kind(ErrorKind::PartialSuccess));
    }
    if says(
        text,
        &[
            "DroppingStarted",
            "SpansDropped",
            "LogsDropped",
            "SpanDropped",
            "LogDropped",
            "due to queue full",
            "queue is full",
        ],
    ) {
        return Some(Reading::failed(SDK, Loss::Yes).kind(ErrorKind::SdkQueueFull));
    }
    if says(
        text,
        &["Export.Failed.DeadlineExceeded", "Export.Failed.Timeout"],
    ) {
        return Some(Reading::failed(SDK, Loss::Yes).kind(ErrorKind::BackendTimeout));
    }
    None
}

/// What the clients tell of the answer.
fn told_by_client(text: &str) -> Option<Reading> {
    if text.contains("Export.InProgress.Throttled") {
        return Some(Reading::failed(SDK, Loss::No).kind(ErrorKind::TempoRateLimited));
    }
    // What the clients know at level debug.
    if says(
        text,
        &[
            "HttpClient.NetworkError",
            "HttpClient.StatusError",
            "InterceptorFailed",
        ],
    ) {
        return Some(Reading::failed(SDK, Loss::Unknown));
    }
    // The client's own words hide the status: anything that is not worth a retry.
    if text.contains("Export.Failed.NonRetryable") {
        return Some(Reading::failed(SDK, Loss::Yes).likeliest(ErrorKind::BadRequest));
    }
    None
}

/// What the retry loop and the processors tell.
fn tried_again_or_failed(text: &str) -> Option<Reading> {
    if says(
        text,
        &[
            "Export.Retry",
            "Export.Failed.Retry",
            "will retry",
            "Retrying",
        ],
    ) && says(text, &["Export"])
    {
        return Some(Reading::failed(SDK, Loss::No));
    }
    says(
        text,
        &[
            "ExportError",
            "Export.Error",
            "ExportFailed",
            "Export.Failed",
            "ExportFailure",
            "ExporterError",
            "ExporterTimedout",
            "ExportTimeout",
            "ExportTimedOut",
            "export failed",
            "exporter timed out",
            "FlushError",
            "Flush.Failed",
        ],
    )
    .then(|| Reading::failed(SDK, Loss::Yes))
}

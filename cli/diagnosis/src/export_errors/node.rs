//! The Node SDK: `diag` messages of `@opentelemetry/otlp-exporter-base` and `sdk-trace-base`, and errors that its global
//! error handler prints as one JSON object in which every value is a string.

use super::{
    Component, ErrorKind, Language, Loss, cause,
    envelope::{Form, Record},
    reading::Reading,
    reading::says,
};

const SDK: Component = Component::sdk(Language::Node);

pub(super) fn read(record: &Record<'_>) -> Option<Reading> {
    let text = &*record.text;
    if says(text, &["Cannot find module", "Cannot find package"])
        || text.trim_start().starts_with("at ")
    {
        return None;
    }
    if let Some(reading) = diagnostic(text) {
        return Some(reading);
    }
    if text.contains("OTLPExporterError") {
        let reading = Reading::failed(SDK, Loss::Yes);
        // 429, 502, 503 and 504 all end in this message, which names none of them.
        return Some(if text.contains("Export failed with retryable status") {
            reading.likeliest(ErrorKind::TempoRateLimited)
        } else if text.contains("fetch failed") {
            // The transport over `fetch` keeps the cause in a property that is not printed.
            reading.likeliest(ErrorKind::BackendDown)
        } else {
            reading.likeliest(ErrorKind::BackendInternalError)
        });
    }
    // The exporters before 0.5x print what they wanted to send beside the error.
    if text.contains("items to be sent") && text.contains("Error: ") {
        return Some(Reading::failed(SDK, Loss::Yes));
    }
    if is_handled_error(record)
        || is_cut_error(record)
        || is_exporter_stack(text)
        || is_failed_shutdown(text)
    {
        return Some(Reading::failed(SDK, Loss::Yes));
    }
    notice(text)
}

/// `diag` messages of the exporters and processors.
fn diagnostic(text: &str) -> Option<Reading> {
    if says(
        text,
        &[
            "Export failed with non-retryable error: ",
            "Export failed with retryable error",
        ],
    ) {
        return Some(Reading::failed(SDK, Loss::Yes).likeliest(ErrorKind::BackendInternalError));
    }
    if text.contains("Export retry time ") && text.contains(" exceeds remaining timeout ") {
        return Some(Reading::failed(SDK, Loss::Yes));
    }
    // The transport over `fetch`, and what is left when all attempts are used up.
    if says(
        text,
        &[
            "export response retryable (status: ",
            "export request retryable (network error: ",
        ],
    ) {
        return Some(Reading::failed(SDK, Loss::No));
    }
    if says(
        text,
        &[
            "export response failure (status: ",
            "export request failure (error: ",
            "Export failed after maximum retry attempts",
        ],
    ) {
        return Some(Reading::failed(SDK, Loss::Yes));
    }
    if text.contains("Received Partial Success response:") {
        return Some(Reading::failed(SDK, Loss::Yes).kind(ErrorKind::PartialSuccess));
    }
    if says(
        text,
        &[
            "PeriodicExportingMetricReader: metrics export failed",
            "PeriodicExportingMetricReader: metrics export threw error",
            "PeriodicExportingMetricReader: metrics export timed out",
            "SpanProcessor: span export failed",
            "LogRecordProcessor: log record export failed",
            "Concurrent export limit reached",
        ],
    ) {
        return Some(Reading::failed(SDK, Loss::Yes));
    }
    if text.contains("Dropped ")
        && says(
            text,
            &[
                " spans because maxQueueSize reached",
                " logs because maxQueueSize reached",
                " log records because maxQueueSize reached",
            ],
        )
    {
        return Some(Reading::failed(SDK, Loss::Yes).kind(ErrorKind::SdkQueueFull));
    }
    None
}

/// An error as the global error handler prints it: every value turned to a string, no level and no time beside it.
fn is_handled_error(record: &Record<'_>) -> bool {
    let strings = !record.fields.is_empty() && record.fields.iter().all(|field| field.string);
    let logged = ["level", "severity", "time", "timestamp", "ts", "service"]
        .iter()
        .any(|name| record.field(name).is_some());
    strings
        && !logged
        && record.field("stack").is_some()
        && record.field("name").is_some()
        && (cause::of(&record.text).is_some()
            || record.field("errno").is_some()
            || (record.field("details").is_some() && record.field("metadata").is_some()))
}

/// The same where the line was cut, so that it is no object any more: the status of a gRPC call stands first.
fn is_cut_error(record: &Record<'_>) -> bool {
    record.form == Form::Plain
        && record
            .text
            .trim_start()
            .strip_prefix("{\"stack\":\"Error: ")
            .is_some_and(|error| {
                let status = error.trim_start_matches(|c: char| c.is_ascii_digit());
                status.len() < error.len()
                    && status.starts_with(' ')
                    && status
                        .trim_start()
                        .starts_with(|c: char| c.is_ascii_uppercase())
            })
}

/// An error whose stack, on the same line, passes through an OTLP exporter.
fn is_exporter_stack(text: &str) -> bool {
    says(
        text,
        &["/@opentelemetry/otlp-", "/@opentelemetry/exporter-"],
    ) && says(text, &["Error:", "Error ["])
        && says(text, &["    at "])
}

fn is_failed_shutdown(text: &str) -> bool {
    says(
        text,
        &[
            "Error terminating OpenTelemetry SDK",
            "Error shutting down OpenTelemetry SDK",
        ],
    ) && cause::of_transport(text).is_some()
}

/// What the SDK says of its settings when it starts.
fn notice(text: &str) -> Option<Reading> {
    let kind = if text.contains("Could not parse environment-provided export URL") {
        ErrorKind::SchemeMissing
    } else if says(text, &["URL path should not be set when using grpc"]) {
        ErrorKind::PathOnGrpcEndpoint
    } else if text.contains("Unsupported OTLP ") && text.contains(" protocol: ") {
        ErrorKind::ProtocolEnvInvalid
    } else if says(
        text,
        &[
            "Unrecognized OTEL_TRACES_EXPORTER value",
            "Unable to set up trace exporter(s) due to invalid exporter",
        ],
    ) {
        ErrorKind::ExporterUnknown
    } else if text.contains("OTEL_TRACES_EXPORTER contains \"none\"") {
        ErrorKind::ExporterNone
    } else if says(
        text,
        &[
            "unknown OTEL_TRACES_SAMPLER value",
            "OTEL_TRACES_SAMPLER value \"",
        ],
    ) || (text.contains("OTEL_TRACES_SAMPLER_ARG=")
        && text.contains(" was given, but it is "))
    {
        ErrorKind::SamplerInvalid
    } else if says(
        text,
        &["Error initializing OpenTelemetry SDK. Your application is not instrumented"],
    ) {
        ErrorKind::SdkStartFailed
    } else if (text.contains("Unknown value ")
        && text.contains(" for OTEL_EXPORTER_OTLP_")
        && text.contains("TIMEOUT"))
        || (text.contains("Configuration: OTEL_EXPORTER_OTLP_")
            && text.contains("TIMEOUT is invalid"))
    {
        ErrorKind::TimeoutEnvInvalid
    } else if text.contains("Propagator ")
        && text.contains(" requested through environment variable is unavailable")
    {
        ErrorKind::PropagatorInvalid
    } else {
        return None;
    };
    Some(Reading::misconfigured(SDK, kind))
}

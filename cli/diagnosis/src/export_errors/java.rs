//! The Java SDK and agent: loggers `io.opentelemetry.exporter.*` and `io.opentelemetry.sdk.*` (shortened by Logback to
//! `i.o.e.*`), Quarkus' senders `io.quarkus.opentelemetry.runtime.exporter`.

use super::{
    Component, ErrorKind, Language, Loss, cause, envelope::Record, reading::Reading, reading::says,
};

const SDK: Component = Component::sdk(Language::Java);

/// What the exporters name behind `Failed to export`; Quarkus puts the marshaler's class there.
const BATCHES: [&str; 9] = [
    "spans",
    "metrics",
    "logs",
    "profiles",
    "TraceRequest",
    "MetricsRequest",
    "LogsRequest",
    "batch of",
    "log records",
];
/// Loggers, and the sentences that the exporters put behind `Failed to export spans`.
const PROOFS: [&str; 12] = [
    "io.opentelemetry.",
    "i.o.e.",
    "i.o.exporter.",
    "i.o.s.",
    "io.o.e",
    "io.quarkus.opentelemetry",
    "i.q.o.",
    "[otel.javaagent",
    "[opentelemetry.auto",
    ". Server responded with ",
    ". Server is UNAVAILABLE",
    ". The request could not be executed",
];

pub(super) fn read(record: &Record<'_>) -> Option<Reading> {
    let text = &*record.text;
    let failed = text.match_indices("Failed to export ").any(|(at, prefix)| {
        let rest = &text[at + prefix.len()..];
        BATCHES.iter().any(|batch| rest.starts_with(batch))
            && (says(text, &PROOFS) || matches!(rest, "spans" | "spans." | "metrics" | "logs"))
    });
    if failed {
        let reading = Reading::failed(SDK, Loss::Yes);
        // Only a server's own answer becomes this sentence: a refused connection has another.
        if text.contains("Server is UNAVAILABLE") && cause::of(text).is_none() {
            return Some(reading.likeliest(ErrorKind::BackendNotReady));
        }
        // An HTTP/1 exporter that reads gRPC's first frame on a gRPC port sees the stream end.
        if text.contains("HttpExporter")
            && text.contains(":4317/")
            && text.contains("unexpected end of stream")
        {
            return Some(reading.kind(ErrorKind::HttpToGrpcPort));
        }
        if ends_in_host(text) {
            return Some(reading.kind(ErrorKind::DnsNoSuchHost));
        }
        return Some(reading);
    }
    if text.contains("BatchSpanProcessor dropped ")
        || (text.contains(" dropped ")
            && text.contains(" since the last export because the queue is full"))
    {
        return Some(Reading::failed(SDK, Loss::Yes).kind(ErrorKind::SdkQueueFull));
    }
    // Micrometer's own exporter, which shares nothing with the SDK.
    if text.contains("Failed to publish metrics to OTLP receiver") {
        return Some(Reading::failed(SDK, Loss::Yes));
    }
    if says(text, &["Exporter threw an Exception", " Exporter failed"]) && says(text, &PROOFS) {
        return Some(Reading::failed(SDK, Loss::Yes).likeliest(ErrorKind::BackendDown));
    }
    notice(text)
}

/// Whether the message ends in a bare name, which is all that `UnknownHostException` says.
fn ends_in_host(text: &str) -> bool {
    const OTHERS: [&str; 6] = ["timeout", "closed", "Canceled", "canceled", "null", "EOF"];
    text.rsplit_once("rror message: ").is_some_and(|(_, host)| {
        !host.is_empty()
            && !OTHERS.contains(&host)
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
    })
}

/// What the SDK says of its settings when it starts.
fn notice(text: &str) -> Option<Reading> {
    let kind = if text
        .contains("OTLP exporter endpoint port is likely incorrect for protocol version")
    {
        ErrorKind::ProtocolPortMismatch
    } else if text.contains("OTLP endpoint must not have a path") {
        ErrorKind::PathOnGrpcEndpoint
    } else if says(
        text,
        &[
            "OTLP endpoint must be a valid URL",
            "OTLP endpoint scheme must be http or https",
        ],
    ) {
        ErrorKind::SchemeMissing
    } else if text.contains("Unsupported OTLP ") && text.contains(" protocol") {
        ErrorKind::ProtocolEnvInvalid
    } else if text.contains("Unrecognized value for otel.") && text.contains(".exporter") {
        ErrorKind::ExporterUnknown
    } else if text.contains("Unrecognized value for otel.propagators") {
        ErrorKind::PropagatorInvalid
    } else if text.contains("Unrecognized value for otel.traces.sampler")
        || (text.contains("Invalid ") && text.contains(" property otel.traces.sampler"))
    {
        ErrorKind::SamplerInvalid
    } else if text.contains("Invalid ")
        && text.contains(" property otel.exporter.otlp.")
        && text.contains("timeout=")
    {
        ErrorKind::TimeoutEnvInvalid
    } else if text.contains("Invalid ") && text.contains(" property otel.exporter.otlp.headers") {
        ErrorKind::HeadersMalformed
    } else if text.contains("io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException: ") {
        ErrorKind::SdkStartFailed
    } else {
        return None;
    };
    Some(Reading::misconfigured(SDK, kind))
}

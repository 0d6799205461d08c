//! SDKs of which only few messages reach a container's log: .NET (self-diagnostics), Ruby, PHP, C++, Erlang and Swift.

use super::{
    Component, ErrorKind, Language, Loss, envelope::Record, reading::Reading, reading::says,
};

pub(super) fn read(record: &Record<'_>) -> Option<Reading> {
    let text = &*record.text;
    dotnet(text)
        .or_else(|| ruby(text))
        .or_else(|| php(text))
        .or_else(|| cpp(text))
        .or_else(|| erlang(text))
        .or_else(|| swift(text))
}

/// Events of the source `OpenTelemetry-Exporter-OpenTelemetryProtocol`, as self-diagnostics writes them.
fn dotnet(text: &str) -> Option<Reading> {
    const SDK: Component = Component::sdk(Language::Dotnet);
    if text.contains("Exporter failed send data to collector") {
        return Some(Reading::failed(SDK, Loss::Yes));
    }
    let exporter = text.contains("OpenTelemetry-Exporter-OpenTelemetryProtocol");
    if says(
        text,
        &[
            "Export failed for {0}. Message: ",
            "Export failed for http",
            "Unknown error in export method",
            "Unknown error in TrySubmitRequest method",
            "Exporter HTTP request failed with status ",
        ],
    ) || (exporter
        && says(
            text,
            &[
                "HTTP request to ",
                "Request to endpoint ",
                "Operation unexpectedly canceled for endpoint ",
            ],
        ))
        || says(
            text,
            &[
                "Request to endpoint {0} timed out",
                "HTTP request to {0} failed",
            ],
        )
    {
        return Some(Reading::failed(SDK, Loss::Yes));
    }
    if text.contains("Export encountered GRPC status warning for ") {
        return Some(Reading::failed(SDK, Loss::Unknown));
    }
    if text.contains("Transient HTTP error occurred when communicating with ") {
        return Some(Reading::failed(SDK, Loss::No));
    }
    if text.contains("item(s) due to buffer full")
        || (text.contains("BatchExportProcessor") && text.contains("dropped"))
        || text.contains("exporting: dropped items")
    {
        return Some(Reading::failed(SDK, Loss::Yes).kind(ErrorKind::SdkQueueFull));
    }
    let kind = if text.contains("Unsupported value for protocol ") {
        ErrorKind::ProtocolEnvInvalid
    } else if text.contains("OTEL_TRACES_SAMPLER") && text.contains(" invalid and will be ignored")
    {
        ErrorKind::SamplerInvalid
    } else if text.contains("Failed to parse environment variable: 'OTEL_EXPORTER_OTLP_")
        && text.contains("TIMEOUT'")
    {
        ErrorKind::TimeoutEnvInvalid
    } else if text.contains("Headers provided in an invalid format") {
        ErrorKind::HeadersMalformed
    } else {
        return None;
    };
    Some(Reading::misconfigured(SDK, kind))
}

/// `OpenTelemetry.handle_error`, through Ruby's `Logger`.
fn ruby(text: &str) -> Option<Reading> {
    const SDK: Component = Component::sdk(Language::Ruby);
    if text.contains("Environment variable OTEL_SDK_DISABLED is defined as true") {
        return Some(Reading::misconfigured(SDK, ErrorKind::SdkDisabled));
    }
    if says(
        text,
        &[
            "exporter cannot be configured - please add",
            "exporter is unknown and cannot be configured",
        ],
    ) {
        return Some(Reading::misconfigured(SDK, ErrorKind::ExporterUnknown));
    }
    if says(
        text,
        &[
            "propagator is unknown and cannot be configured",
            "propagator cannot be configured - please add",
        ],
    ) {
        return Some(Reading::misconfigured(SDK, ErrorKind::PropagatorInvalid));
    }
    if text.contains("transport protocol is not supported by the OTLP exporter") {
        return Some(Reading::misconfigured(SDK, ErrorKind::ProtocolEnvInvalid));
    }
    // The exporter of metrics warns in the name of the class that it caught.
    if text.contains(" in MetricsExporter#send_bytes")
        || text.contains("in OTLP::MetricsExporter#send_bytes")
    {
        let reading = Reading::failed(SDK, Loss::Unknown);
        return Some(if text.contains("SocketError in ") {
            reading.kind(ErrorKind::DnsNoSuchHost)
        } else if text.contains("HTTPServiceUnavailable/") {
            reading.kind(ErrorKind::BackendNotReady)
        } else if text.contains("HTTPGatewayTimeOut/") {
            reading.kind(ErrorKind::BackendTimeout)
        } else if text.contains("HTTPBadRequest/") {
            reading.kind(ErrorKind::BadRequest)
        } else {
            reading
        });
    }
    if text.contains(" log record(s) dropped. Reason: ") {
        let reading = Reading::failed(SDK, Loss::Yes);
        return Some(if text.contains("buffer-full") {
            reading.kind(ErrorKind::SdkQueueFull)
        } else {
            reading
        });
    }
    if !text.contains("OpenTelemetry error: ") {
        return None;
    }
    if text.contains("backing off due to: ") {
        return Some(Reading::failed(SDK, Loss::No).likeliest(ErrorKind::BackendNotReady));
    }
    if text.contains("unexpected configuration error due to") {
        return Some(Reading::misconfigured(SDK, ErrorKind::SdkStartFailed));
    }
    if text.contains("installing default sampler") {
        return Some(Reading::misconfigured(SDK, ErrorKind::SamplerInvalid));
    }
    if text.contains("buffer-full") {
        return Some(Reading::failed(SDK, Loss::Yes).kind(ErrorKind::SdkQueueFull));
    }
    (text.contains("Unable to export ")
        || (text.contains("OTLP ") && text.contains("exporter received "))
        || text.contains("Exporter#send_bytes"))
    .then(|| Reading::failed(SDK, Loss::Yes))
}

/// `error_log` of the PHP SDK: `OpenTelemetry: [error] Export failure [exception] … [previous] …`.
fn php(text: &str) -> Option<Reading> {
    const SDK: Component = Component::sdk(Language::Php);
    // Without a logger the SDK raises a PHP warning; with Monolog its channel is named.
    let marked = says(
        text,
        &[
            "OpenTelemetry: [",
            "OpenTelemetry.",
            "Warning: Export ",
            "Warning:  Export ",
        ],
    );
    if !marked {
        return None;
    }
    if says(
        text,
        &[
            "Export failure",
            "Export error",
            "Unhandled export error",
            "Export failed",
        ],
    ) {
        return Some(Reading::failed(SDK, Loss::Yes));
    }
    if text.contains("Error during opentelemetry initialization") {
        return Some(Reading::misconfigured(SDK, ErrorKind::SdkStartFailed));
    }
    says(text, &["Export partial success"])
        .then(|| Reading::failed(SDK, Loss::Yes).kind(ErrorKind::PartialSuccess))
}

/// The C++ SDK's internal log, which names the exporter in brackets; nginx' module has its own words.
fn cpp(text: &str) -> Option<Reading> {
    const SDK: Component = Component::sdk(Language::Cpp);
    let bracketed = text.contains("[OTLP ")
        && says(text, &["Client]", "Exporter]"])
        && says(
            text,
            &[
                "connection failed",
                "Export() failed",
                "ERROR: Export ",
                "Export failed",
                "request failed",
                "session create failed",
                "request send failed",
                "SSL handshake failed",
                "network error",
                "(manually) cancelled",
                "request time out",
                "timed out",
                "timeout",
            ],
        );
    if text.contains("[OTLP ") && text.contains("Export partial success: ") {
        return Some(Reading::failed(SDK, Loss::Yes).kind(ErrorKind::PartialSuccess));
    }
    if (bracketed && text.contains("exporter queue is full"))
        || text.contains("OTel dropped records: ")
    {
        return Some(Reading::failed(SDK, Loss::Yes).kind(ErrorKind::SdkQueueFull));
    }
    // 204 is a success that some versions take for a failure.
    if bracketed && !text.contains("Status:204") {
        return Some(Reading::failed(SDK, Loss::Yes));
    }
    text.contains("OTel export failure")
        .then(|| Reading::failed(SDK, Loss::Yes))
}

/// `opentelemetry_exporter` of Erlang and Elixir.
fn erlang(text: &str) -> Option<Reading> {
    const SDK: Component = Component::sdk(Language::Erlang);
    says(
        text,
        &[
            "client error exporting ",
            "error response from service exported to",
            "OTLP grpc export failed",
            "OTLP http export failed",
            "OTLP exporter failed to initialize",
        ],
    )
    .then(|| Reading::failed(SDK, Loss::Yes))
}

/// What the Swift SDK gives to its feedback handler, which prints it.
fn swift(text: &str) -> Option<Reading> {
    const SDK: Component = Component::sdk(Language::Swift);
    let says_of_signal = |end: &str| {
        ["trace", "metric", "log"]
            .iter()
            .any(|signal| text.contains(&format!("OTLP {signal} export {end}")))
    };
    if says_of_signal("failed: ") {
        return Some(Reading::failed(SDK, Loss::Yes));
    }
    says_of_signal("partially succeeded: ")
        .then(|| Reading::failed(SDK, Loss::Yes).kind(ErrorKind::PartialSuccess))
}

//! The OpenTelemetry Collector (zap, console or JSON) and Grafana Alloy (logfmt), which is built from the same parts.

use super::{
    Component, ErrorKind, Loss, Program, context::Context, endpoint, envelope::Form,
    envelope::Record, reading::Reading, reading::says,
};

pub(super) fn read(record: &Record<'_>, context: &Context) -> Option<Reading> {
    let text = &*record.text;
    let component = component(record);
    if text.contains("Exporting failed.") {
        return Some(exporting_failed(component, text));
    }
    if says(
        text,
        &[
            "Dropping data because sending_queue is full",
            "sending queue is full",
            "sending_queue is full",
        ],
    ) {
        return Some(Reading::failed(component, Loss::Yes).kind(ErrorKind::CollectorQueueFull));
    }
    if text.contains("Sender failed") && says(text, &["batch", "otelcol", "processor"]) {
        return Some(Reading::failed(component, Loss::Yes));
    }
    if says(
        text,
        &[
            "Memory usage is above soft limit. Refusing data",
            "Memory usage is above hard limit. Refusing data",
            "Memory usage is above hard limit. Dropping data",
            "data refused due to high memory usage",
            "data dropped due to high memory usage",
        ],
    ) {
        return Some(
            Reading::failed(component, Loss::Unknown).kind(ErrorKind::CollectorMemoryLimiter),
        );
    }
    // grpc-go inside the collector, which names the destination; the same line about another port is not an exporter's.
    if says(
        text,
        &[
            "addrConn.createTransport failed to connect to",
            "addrConn.createTransport: failed to connect to",
        ],
    ) && (endpoint::names_otlp_port(text) || context.is_named_in(text))
    {
        return Some(Reading::failed(component, Loss::Unknown));
    }
    // The fields of the retry message where its words were cut off.
    if record.form == Form::Json
        && record.fields.len() <= 8
        && record
            .field("error")
            .is_some_and(|error| error.contains("rpc error") || error.contains("/v1/"))
        && record.field("interval").is_some_and(is_duration)
    {
        return Some(Reading::failed(component, Loss::No));
    }
    (text.contains("failed to get config: cannot unmarshal the configuration"))
        .then(|| Reading::misconfigured(component, ErrorKind::CollectorConfigInvalid))
}

fn exporting_failed(component: Component, text: &str) -> Reading {
    if text.contains("Will retry") {
        return Reading::failed(component, Loss::No);
    }
    let reading = Reading::failed(component, Loss::Yes);
    if text.contains("no more retries left") || text.contains("No more retries left") {
        reading.likeliest(ErrorKind::CollectorRetryExhausted)
    } else if text.contains("Permanent error") || text.contains("not retryable") {
        reading.likeliest(ErrorKind::CollectorPermanentError)
    } else {
        reading
    }
}

fn component(record: &Record<'_>) -> Component {
    let alloy = record.form == Form::Logfmt
        || ["component_path", "component_id"]
            .iter()
            .any(|name| record.field(name).is_some());
    Component::program(if alloy {
        Program::Alloy
    } else {
        Program::Collector
    })
}

/// Go's spelling of a duration: `6.409817186s`.
fn is_duration(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && text.ends_with('s')
}

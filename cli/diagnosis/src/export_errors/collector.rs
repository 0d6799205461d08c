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
    // Said by an exporter or processor, whose id stands beside it.
    let named = ["kind", "name", "otelcol.component.id", "component_id"]
        .iter()
        .any(|field| record.field(field).is_some());
    if text.contains("Dropping data because sending_queue is full")
        || (named && says(text, &["sending queue is full", "sending_queue is full"]))
    {
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
    // The exporter's own wrapping before 0.40, and its notice of a partial answer.
    if text.contains("failed to push ") && text.contains(" data via OTLP exporter: ") {
        return Some(Reading::failed(component, Loss::Unknown));
    }
    if text.contains("Failed to convert ") && text.contains(". Dropping data.") {
        return Some(
            Reading::failed(component, Loss::Yes).kind(ErrorKind::CollectorPermanentError),
        );
    }
    if text.contains("Partial success response") {
        return Some(Reading::failed(component, Loss::Yes).kind(ErrorKind::PartialSuccess));
    }
    // grpc-go inside the collector, bridged to zap; its message may be split over lines. Grafana, Loki and Tempo print
    // the same in logfmt about their queries.
    if record.form != Form::Logfmt
        && says(text, &["connection error: desc = "])
        && (record.field("grpc_log") == Some("true") || text.contains("grpc_log\": true"))
    {
        return Some(Reading::failed(component, Loss::Unknown));
    }
    // In logfmt it is Alloy's where it names the port on which nobody answers queries.
    if text.contains("addrConn.createTransport")
        && match record.form {
            Form::Logfmt => endpoint::names_grpc_port(text),
            Form::Plain | Form::Json => {
                endpoint::names_otlp_port(text) || context.is_named_in(text)
            }
        }
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
    if says(
        text,
        &[
            "no more retries left",
            "No more retries left",
            "max elapsed time expired",
        ],
    ) {
        // What failed each time stands in the lines of the retries before.
        reading.kind(ErrorKind::CollectorRetryExhausted)
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

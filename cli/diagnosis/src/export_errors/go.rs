//! The Go SDK: its default error handler prints by the standard `log` package; other handlers pass the same error text
//! on inside their own envelope.

use super::{
    Component, ErrorKind, Language, Loss, cause, envelope::Record, reading::Reading, reading::says,
};

const SDK: Component = Component::sdk(Language::Go);

pub(super) fn read(record: &Record<'_>) -> Option<Reading> {
    let text = &*record.text;
    if text.contains("OTLP partial success: ") {
        return Some(Reading::failed(SDK, Loss::Yes).kind(ErrorKind::PartialSuccess));
    }
    // `otlptrace` wraps each error so; the metric and log exporters have their own words.
    if text.contains("traces export: ") {
        let reading = Reading::failed(SDK, Loss::Yes);
        // 429, 502, 503 and 504 all end in this sentence, which names none of them.
        return Some(if text.contains("retry-able request failure") {
            reading.likeliest(ErrorKind::BackendNotReady)
        } else {
            reading
        });
    }
    if text.contains("\"msg\"=\"dropped log records\"") || is_bare_drop(record) {
        return Some(Reading::failed(SDK, Loss::Yes).kind(ErrorKind::SdkQueueFull));
    }
    // The OTLP exporter before 1.0 kept the connection itself.
    if text.contains(" exporter is disconnected from the server ")
        || after_log_prefix(text).is_some_and(|message| message == "exporter disconnected")
    {
        return Some(Reading::failed(SDK, Loss::Yes));
    }
    let worded = says(
        text,
        &[
            "failed to upload metrics: ",
            "failed to upload incomplete metrics (",
            "failed to upload logs: ",
            "failed to upload traces: ",
            "failed to send metrics to ",
            "failed to send logs to ",
            "failed to send traces to ",
            "failed to send to http",
            "exporter export timeout: ",
            "max retry time elapsed: ",
            "retry-able request failure",
        ],
    );
    if worded && cause::of(text).is_some() {
        return Some(Reading::failed(SDK, Loss::Yes));
    }
    // Before 0.20 the handler printed the bare error: an answer that only an OTLP receiver gives.
    if after_log_prefix(text).is_some_and(|message| message.starts_with("rpc error: code = "))
        && cause::of(text).is_some_and(only_receivers_say)
    {
        return Some(Reading::failed(SDK, Loss::Yes));
    }
    notice(text).map(|kind| Reading::misconfigured(SDK, kind))
}

/// What the SDK says of its settings when it starts, through the standard `log` and its own logger alike.
fn notice(text: &str) -> Option<ErrorKind> {
    if says(
        text,
        &["unsupported sampler: ", "parsing sampler argument: "],
    ) {
        Some(ErrorKind::SamplerInvalid)
    } else if says(
        text,
        &[
            "\"msg\"=\"parse headers\" \"error\"=",
            "\"msg\"=\"escape header key\" \"error\"=",
            "\"msg\"=\"escape header value\" \"error\"=",
        ],
    ) {
        Some(ErrorKind::HeadersMalformed)
    } else if text.contains("partial resource: missing value") {
        Some(ErrorKind::ResourceMalformed)
    } else {
        None
    }
}

/// The batch processor of log records, whose warning another logger took.
fn is_bare_drop(record: &Record<'_>) -> bool {
    record.field("msg") == Some("dropped log records") && record.field("dropped").is_some()
}

/// What follows `2024/01/01 10:00:00 `, which the standard `log` package puts in front.
pub(super) fn after_log_prefix(text: &str) -> Option<&str> {
    const SHAPE: &[u8] = b"0000/00/00 00:00:00";
    let stamp = text.get(..SHAPE.len())?;
    let fits = stamp.bytes().zip(SHAPE).all(|(byte, shape)| match shape {
        b'0' => byte.is_ascii_digit(),
        mark => byte == *mark,
    });
    if !fits {
        return None;
    }
    let rest = &text[SHAPE.len()..];
    // With `log.Lmicroseconds` a fraction follows.
    Some(
        rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit())
            .trim_start(),
    )
}

/// Causes that only an OTLP receiver's answer can carry.
fn only_receivers_say(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TenantMissing
            | ErrorKind::TempoRateLimited
            | ErrorKind::TempoBatchOverBurst
            | ErrorKind::TempoTraceTooLarge
            | ErrorKind::TempoLiveTracesExceeded
            | ErrorKind::TempoInvalidIds
            | ErrorKind::CollectorMemoryLimiter
            | ErrorKind::CollectorNoTracesPipeline
    )
}

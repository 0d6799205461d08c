//! Grafana Tempo: go-kit logfmt of the distributor, the ingester and the live store.

use super::{
    Component, ErrorKind, Loss, Program, envelope::Record, reading::Reading, reading::says,
};

const TEMPO: Component = Component::program(Program::Tempo);

pub(super) fn read(record: &Record<'_>) -> Option<Reading> {
    let text = &*record.text;
    // Whether the client tries again depends on the code that it was answered with.
    if text.contains("pusher failed to consume trace data") {
        return Some(
            Reading::failed(TEMPO, Loss::Unknown).likeliest(ErrorKind::BackendInternalError),
        );
    }
    let message = record.field("msg").unwrap_or_default();
    if message.starts_with("TRACE_TOO_LARGE") {
        return Some(Reading::failed(TEMPO, Loss::Yes).kind(ErrorKind::TempoTraceTooLarge));
    }
    if message.starts_with("LIVE_TRACES_EXCEEDED") {
        return Some(Reading::failed(TEMPO, Loss::Yes).kind(ErrorKind::TempoLiveTracesExceeded));
    }
    if message.starts_with("RATE_LIMITED") {
        return Some(Reading::failed(TEMPO, Loss::Unknown).kind(ErrorKind::TempoRateLimited));
    }
    // The compactor cuts a trace that grew past the limit only once its blocks met.
    if message == "max size of trace exceeded" && record.field("discarded_span_count").is_some() {
        return Some(Reading::failed(TEMPO, Loss::Yes).kind(ErrorKind::TempoTraceTooLarge));
    }
    if message == "discarded" && record.field("spanid").is_some() {
        return Some(Reading::failed(TEMPO, Loss::Yes).kind(ErrorKind::TempoSpanDiscarded));
    }
    // The receiver's own interceptor; queries have other words.
    if message.starts_with("failed to extract org id from both grpc and HTTP") {
        return Some(Reading::failed(TEMPO, Loss::Unknown).kind(ErrorKind::TenantMissing));
    }
    if says(
        message,
        &[
            "failed to push spans to local live-store",
            "failed to push to local consumers",
            "failed to write to kafka",
        ],
    ) {
        return Some(
            Reading::failed(TEMPO, Loss::Unknown).likeliest(ErrorKind::BackendInternalError),
        );
    }
    // dskit's server logs each failed call with its method.
    let refused = record.field("method").is_some_and(|method| {
        method.starts_with("/tempopb.Pusher/")
            || method.starts_with("/opentelemetry.proto.collector.")
    }) && record
        .field("err")
        .or_else(|| record.field("error"))
        .is_some_and(|err| err.contains("rpc error"));
    refused
        .then(|| Reading::failed(TEMPO, Loss::Unknown).likeliest(ErrorKind::BackendInternalError))
}

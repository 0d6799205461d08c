//! The tracing library of this repository's own services: one JSON object a line, on stdout.

use super::{
    Component, ErrorKind, Language, Loss, Outcome, Program, cause,
    envelope::{Form, Record},
    reading::Reading,
};

const LIBRARY: Component = Component {
    program: Program::Telemetry,
    language: Some(Language::Rust),
};

pub(super) fn read(record: &Record<'_>) -> Option<Reading> {
    if record.form != Form::Json || record.field("endpoint").is_none() {
        return None;
    }
    match record.field("msg")? {
        "failed to export spans" => Some(failing(record, Loss::Unknown)),
        "spans lost at shutdown" => Some(failing(record, Loss::Yes)),
        "span queue is full, oldest spans dropped"
        | "retry buffer is full, oldest spans dropped" => {
            Some(Reading::failed(LIBRARY, Loss::Yes).kind(ErrorKind::SdkQueueFull))
        }
        "backend rejected spans" => {
            Some(Reading::failed(LIBRARY, Loss::Yes).kind(ErrorKind::PartialSuccess))
        }
        "span export recovered" => Some(Reading {
            outcome: Outcome::Recovered,
            ..Reading::failed(LIBRARY, Loss::No)
        }),
        _ => None,
    }
}

/// Failed batches wait for another attempt, as far as the retry buffer reaches and until the process ends.
fn failing(record: &Record<'_>, loss: Loss) -> Reading {
    let reading = Reading::failed(LIBRARY, loss);
    let word = record.field("cause").unwrap_or_default();
    match cause::of(&record.text).or_else(|| kind_of_word(word)) {
        Some(kind) => reading.kind(kind),
        None => reading,
    }
}

/// The kind of a word that the library puts into the field `cause`, where the error itself tells no more.
fn kind_of_word(word: &str) -> Option<ErrorKind> {
    Some(match word {
        "connection refused" | "unreachable" => ErrorKind::BackendDown,
        "no such host" => ErrorKind::DnsNoSuchHost,
        "timeout" => ErrorKind::BackendTimeout,
        "connection lost" => ErrorKind::ConnectionDropped,
        "tls" => ErrorKind::TlsUntrustedCert,
        "wrong protocol" => ErrorKind::WrongService200,
        "unimplemented" => ErrorKind::CollectorNoTracesPipeline,
        "unauthorized" => ErrorKind::AuthFailed,
        "throttled" => ErrorKind::TempoRateLimited,
        "unavailable" => ErrorKind::BackendNotReady,
        "refused by the backend" => ErrorKind::BadRequest,
        _ => return None,
    })
}

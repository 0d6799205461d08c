//! Proxies in front of a receiver: nginx' error log, and access logs in the common format.

use super::{
    Component, ErrorKind, Loss, Program, cause, envelope::Record, reading::Reading, reading::says,
    status,
};

const PROXY: Component = Component::program(Program::Proxy);

/// How a request for an OTLP export begins.
const REQUESTS: [&str; 4] = [
    "\"POST /v1/traces HTTP/",
    "\"POST /v1/metrics HTTP/",
    "\"POST /v1/logs HTTP/",
    "\"POST /opentelemetry.proto.collector.",
];

pub(super) fn read(record: &Record<'_>) -> Option<Reading> {
    let text = &*record.text;
    let request = REQUESTS.iter().find_map(|request| text.find(request))?;
    if text.contains("client intended to send too large body") {
        return Some(Reading::failed(PROXY, Loss::Unknown).kind(ErrorKind::TempoMessageTooLarge));
    }
    if says(
        text,
        &[
            " while connecting to upstream",
            " while reading response header from upstream",
            " while sending request to upstream",
            " while reading upstream",
        ],
    ) {
        return Some(match cause::of_transport(&text[..request]) {
            Some(kind) => Reading::failed(PROXY, Loss::Unknown).kind(kind),
            None => Reading::failed(PROXY, Loss::Unknown).likeliest(ErrorKind::ProxyBadGateway),
        });
    }
    // `"POST /v1/traces HTTP/1.1" 503 0`
    let after = &text[request + 1..];
    let answer = after[after.find('"')? + 1..].trim_start();
    let kind = answer
        .get(..3)
        .filter(|_| answer[3..].starts_with([' ', '"', ',']) || answer.len() == 3)
        .and_then(|digits| digits.parse().ok())
        .filter(|code| (400..600).contains(code))
        .and_then(status::kind_of_http)?;
    Some(Reading::failed(PROXY, Loss::Unknown).kind(kind))
}

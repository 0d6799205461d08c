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

/// How the path of such a request ends.
const PATHS: [&str; 3] = ["/v1/traces", "/v1/metrics", "/v1/logs"];

pub(super) fn read(record: &Record<'_>) -> Option<Reading> {
    if !record.fields.is_empty()
        && let Some(reading) = read_fields(record)
    {
        return Some(reading);
    }
    let text = &*record.text;
    // Envoy's tracer, of its own spans.
    if text.contains("OTLP HTTP exporter received a non-success status code: ") {
        return Some(Reading::failed(PROXY, Loss::Yes));
    }
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
    answered(text).map(|kind| Reading::failed(PROXY, Loss::Unknown).kind(kind))
}

/// The refusal in the common log format: `"POST /v1/traces HTTP/1.1" 503 0`.
pub(super) fn answered(text: &str) -> Option<ErrorKind> {
    let request = REQUESTS.iter().find_map(|request| text.find(request))?;
    let after = &text[request + 1..];
    let answer = after[after.find('"')? + 1..].trim_start();
    let (digits, rest) = answer.split_at_checked(3)?;
    if !rest.is_empty() && !rest.starts_with([' ', '"', ',']) {
        return None;
    }
    refused(digits)
}

/// What a status says of an export, where it is an error.
fn refused(digits: &str) -> Option<ErrorKind> {
    let code = digits.parse().ok()?;
    if (400..600).contains(&code) {
        status::kind_of_http(code)
    } else {
        None
    }
}

/// An access log in JSON, as Envoy, Traefik, Caddy and nginx are set up to write: method, path and status apart.
fn read_fields(record: &Record<'_>) -> Option<Reading> {
    let any = |names: &[&str]| names.iter().find_map(|name| record.field(name));
    let method = any(&["method", "request_method", "requestmethod", "http_method"])?;
    let path = any(&[
        "path",
        "uri",
        "request_uri",
        "requestpath",
        "request_path",
        ":path",
    ])?;
    let status = any(&[
        "status",
        "response_code",
        "responsecode",
        "downstreamstatus",
        "status_code",
        "statuscode",
    ])?;
    let is_export = path
        .strip_suffix("/Export")
        .is_some_and(|service| service.starts_with("/opentelemetry.proto.collector."))
        || PATHS.iter().any(|end| path.ends_with(end));
    if method != "POST" || !is_export {
        return None;
    }
    refused(status).map(|kind| Reading::failed(PROXY, Loss::Unknown).kind(kind))
}

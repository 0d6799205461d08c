//! What a receiver's answer means.

use http::{HeaderMap, header};
use ptctl_diagnosis::{
    printable::printable,
    snapshot::{ExportFault, ExportOutcome, Spoken},
};

use super::{
    message::{self, Partial},
    words::Words,
};

/// No answer is read further.
pub(super) const BODY_LIMIT: usize = 64 << 10;
/// The code `UNKNOWN` (<https://grpc.io/docs/guides/status-codes/>).
const UNKNOWN: u32 = 2;

/// An answer.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) trailers: HeaderMap,
}

/// An answer to an export by gRPC.
pub(super) fn of_grpc(reply: &Reply, words: &Words) -> ExportOutcome {
    let said = |name: &str| {
        let value = reply.trailers.get(name).or_else(|| reply.headers.get(name));
        value.and_then(|value| value.to_str().ok())
    };
    match said("grpc-status").map(|code| code.trim().parse::<u32>()) {
        // The frame's five bytes stand before the message.
        Some(Ok(0)) => {
            let partial = Partial::of_protobuf(reply.body.get(5..).unwrap_or_default());
            accepted(&partial, words)
        }
        Some(code) => ExportOutcome::GrpcStatus {
            code: code.unwrap_or(UNKNOWN),
            message: words.of(&percent_decoded(said("grpc-message").unwrap_or_default())),
            http_status: reply.status,
        },
        None if reply.status != 200 => http_status(reply, words),
        None if is_of_type(reply, &["application/grpc"]) => ExportOutcome::GrpcStatus {
            code: UNKNOWN,
            message: "the answer has no gRPC status".to_owned(),
            http_status: reply.status,
        },
        None => not_otlp(reply, words),
    }
}

/// An answer to an export by HTTP. The specification knows success as 200 with a message in the content type of the
/// request, and an empty message has no bytes; what it does not name is to be read as HTTP is, where 201 and 204 are
/// successes as well (<https://opentelemetry.io/docs/specs/otlp/#otlphttp-response>). Receivers answer so.
pub(super) fn of_http(reply: &Reply, words: &Words) -> ExportOutcome {
    match reply.status {
        200..=299 if reply.body.is_empty() && !is_page(reply) => ExportOutcome::Accepted,
        200..=299 if is_of_type(reply, PROTOBUF) => {
            accepted(&Partial::of_protobuf(&reply.body), words)
        }
        200..=299 if is_of_type(reply, JSON) => accepted(&Partial::of_json(&reply.body), words),
        200..=299 => not_otlp(reply, words),
        _ => http_status(reply, words),
    }
}

const PROTOBUF: &[&str] = &["application/x-protobuf", "application/protobuf"];
const JSON: &[&str] = &["application/json"];

fn content_type(reply: &Reply) -> Option<&str> {
    reply.headers.get(header::CONTENT_TYPE)?.to_str().ok()
}

fn is_of_type(reply: &Reply, types: &[&str]) -> bool {
    content_type(reply).is_some_and(|text| types.iter().any(|wanted| text.starts_with(wanted)))
}

/// Whether an answer is a web page, and be it an empty one.
fn is_page(reply: &Reply) -> bool {
    is_of_type(reply, &["text/html", "application/xhtml"])
}

fn accepted(partial: &Partial, words: &Words) -> ExportOutcome {
    if *partial == Partial::default() {
        return ExportOutcome::Accepted;
    }
    ExportOutcome::PartialSuccess {
        rejected: partial.rejected,
        message: words.of(&partial.message),
    }
}

fn not_otlp(reply: &Reply, words: &Words) -> ExportOutcome {
    ExportOutcome::NotOtlp {
        status: reply.status,
        content_type: content_type(reply).map(|text| words.of(text)),
        body: words.of(&String::from_utf8_lossy(&reply.body)),
    }
}

fn http_status(reply: &Reply, words: &Words) -> ExportOutcome {
    let text = || String::from_utf8_lossy(&reply.body).into_owned();
    let body = if is_of_type(reply, PROTOBUF) {
        message::status_message(&reply.body).unwrap_or_default()
    } else if is_of_type(reply, JSON) {
        message::json_status_message(&reply.body).unwrap_or_else(text)
    } else {
        text()
    };
    // How Go's server and nginx tell a client that it forgot TLS.
    if reply.status == 400
        && (body.contains("HTTP request to an HTTPS server")
            || body.contains("HTTP request was sent to HTTPS port"))
    {
        return ExportOutcome::Broken(ExportFault::Protocol {
            spoken: Spoken::Tls,
        });
    }
    ExportOutcome::HttpStatus {
        status: reply.status,
        body: words.of(&body),
        location: location(reply, words),
        retry_after: reply
            .headers
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse().ok()),
    }
}

/// Where a redirection leads, without what its URL may hold of secrets.
fn location(reply: &Reply, words: &Words) -> Option<String> {
    if !(300..=399).contains(&reply.status) {
        return None;
    }
    let target = reply.headers.get(header::LOCATION)?.as_bytes();
    Some(printable(&words.of(&String::from_utf8_lossy(target))).into_owned())
}

/// `grpc-message` is text with percent signs for whatever HTTP does not allow.
fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = (*byte == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(digits.unwrap_or(*byte));
        at += if digits.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn reply(status: u16, content_type: &'static str, body: &[u8]) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            http::HeaderValue::from_static(content_type),
        );
        Reply {
            status,
            headers,
            body: body.to_vec(),
            trailers: HeaderMap::new(),
        }
    }

    #[test]
    fn a_secret_that_a_receiver_repeats_is_not_written_down() {
        let secret = Secret::new("Bearer tok-8f2a");
        let words = Words::hiding(std::iter::once(&secret));
        let outcome = of_http(&reply(401, "text/plain", b"bad\n token tok-8f2a"), &words);
        let ExportOutcome::HttpStatus { body, .. } = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(body, "bad token …");
    }

    #[test]
    fn a_content_type_is_written_down_as_other_words_are() {
        let secret = Secret::new("Bearer tok-8f2a");
        let words = Words::hiding(std::iter::once(&secret));
        let mut reply = reply(200, "text/html", b"<html>");
        let long = format!("text/html; tok-8f2a; {}", "x".repeat(9_000));
        reply
            .headers
            .insert(header::CONTENT_TYPE, long.parse().expect("a value"));
        let outcome = of_http(&reply, &words);
        let ExportOutcome::NotOtlp { content_type, .. } = outcome else {
            panic!("{outcome:?}");
        };
        let shown = content_type.expect("one");
        assert!(shown.starts_with("text/html; …; x"), "{shown}");
        assert!(shown.chars().count() <= 300, "{shown}");
    }

    #[test]
    fn a_web_page_is_no_acceptance() {
        let words = Words::hiding(std::iter::empty());
        let outcome = of_http(&reply(200, "text/html", b"<html>"), &words);
        assert!(
            matches!(outcome, ExportOutcome::NotOtlp { .. }),
            "{outcome:?}"
        );
    }

    #[test]
    fn an_empty_answer_is_an_empty_message_and_an_empty_page_is_none() {
        let words = Words::hiding(std::iter::empty());
        let outcome = |status, kind| of_http(&reply(status, kind, b""), &words);
        for kind in ["application/x-protobuf", "application/json"] {
            assert_eq!(outcome(200, kind), ExportOutcome::Accepted, "{kind}");
        }
        for status in [200, 201, 204] {
            let bare = Reply {
                headers: HeaderMap::new(),
                ..reply(status, "", b"")
            };
            assert_eq!(of_http(&bare, &words), ExportOutcome::Accepted, "{status}");
        }
        for kind in ["text/html", "text/html; charset=utf-8"] {
            let outcome = outcome(200, kind);
            assert!(
                matches!(outcome, ExportOutcome::NotOtlp { .. }),
                "{kind} {outcome:?}"
            );
        }
    }

    #[test]
    fn where_a_redirection_leads_is_told_without_its_secrets() {
        let words = Words::hiding(std::iter::empty());
        let leads_to = |target: &'static str| {
            let mut reply = reply(308, "text/html", b"");
            let target = http::HeaderValue::from_static(target);
            reply.headers.insert(header::LOCATION, target);
            of_http(&reply, &words).to_string()
        };
        assert_eq!(
            leads_to("https://tempo:4318/v1/traces"),
            "HTTP 308 to https://tempo:4318/v1/traces"
        );
        let shown = leads_to("https://ann:s3cr3t-value@tempo/v1/traces");
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }

    #[test]
    fn percent_signs_are_undone_and_broken_ones_left() {
        assert_eq!(percent_decoded("no%20org id%0A"), "no org id\n");
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%zz"), "%zz");
    }
}

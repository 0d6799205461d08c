//! The cause that an HTTP or gRPC status names.

use super::ErrorKind;

/// What stands right before a status number in the messages of SDKs, collectors and HTTP clients.
const HTTP_MARKS: [&str; 19] = [
    "code: ",
    "code ",
    "code=",
    "code\":\"",
    "code\":",
    "Status Code ",
    "status: ",
    "status ",
    "status=",
    "Status:",
    "status code (",
    "server: ",
    "HTTP/1.1 ",
    "HTTP/1.1\" ",
    "HTTP/1.0\" ",
    "HTTP/2.0\" ",
    "HTTP/2\" ",
    "client error (",
    "server error (",
];

/// Reason phrases (RFC 9110), where the number itself is lost.
const REASONS: &[(&str, u16)] = &[
    ("Moved Permanently", 301),
    ("Permanent Redirect", 308),
    ("Temporary Redirect", 307),
    ("Bad Request", 400),
    ("Unauthorized", 401),
    ("Forbidden", 403),
    ("404 page not found", 404),
    ("Not Found", 404),
    ("Method Not Allowed", 405),
    ("Proxy Authentication Required", 407),
    ("Request Timeout", 408),
    ("Payload Too Large", 413),
    ("Request Entity Too Large", 413),
    ("Content Too Large", 413),
    ("Unsupported Media Type", 415),
    ("Unprocessable", 422),
    ("Too Many Requests", 429),
    ("Internal Server Error", 500),
    ("Not Implemented", 501),
    ("Bad Gateway", 502),
    ("Service Unavailable", 503),
    ("Gateway Timeout", 504),
    ("Gateway Time-out", 504),
];

/// The cause that an HTTP status in the text names.
pub(super) fn of_http(text: &str) -> Option<ErrorKind> {
    http_code(text).and_then(kind_of_http)
}

/// The HTTP error status in the text.
pub(super) fn http_code(text: &str) -> Option<u16> {
    let marked = HTTP_MARKS.iter().find_map(|mark| {
        text.match_indices(mark)
            .find_map(|(at, _)| three_digits(&text[at + mark.len()..]))
    });
    marked.or_else(|| {
        REASONS
            .iter()
            .find(|(phrase, _)| text.contains(phrase))
            .map(|(_, code)| *code)
    })
}

fn three_digits(text: &str) -> Option<u16> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits != 3 {
        return None;
    }
    let code: u16 = text[..3].parse().ok()?;
    (300..600).contains(&code).then_some(code)
}

/// The cause that an HTTP status stands for on an OTLP endpoint.
pub(super) fn kind_of_http(code: u16) -> Option<ErrorKind> {
    Some(match code {
        300..=399 => ErrorKind::HttpRedirect,
        401 | 403 | 407 => ErrorKind::AuthFailed,
        404 | 410 => ErrorKind::PathWrong404,
        405 => ErrorKind::QueryPortUsed,
        408 => ErrorKind::BackendTimeout,
        413 => ErrorKind::TempoMessageTooLarge,
        415 | 406 => ErrorKind::ContentTypeUnsupported,
        426 => ErrorKind::GrpcToHttpPort,
        429 => ErrorKind::TempoRateLimited,
        400..=499 => ErrorKind::BadRequest,
        502 | 504 => ErrorKind::ProxyBadGateway,
        503 => ErrorKind::BackendNotReady,
        505 => ErrorKind::HttpToGrpcPort,
        500..=599 => ErrorKind::BackendInternalError,
        _ => return None,
    })
}

/// The gRPC status of a text, in the spellings of the languages (`code = DeadlineExceeded`,
/// `StatusCode.DEADLINE_EXCEEDED`, `4 DEADLINE_EXCEEDED`, tonic's older sentences).
const GRPC: &[(ErrorKind, &[&str])] = &[
    (
        ErrorKind::CollectorNoTracesPipeline,
        &[
            "UNIMPLEMENTED",
            "Unimplemented",
            "Operation is not implemented or not supported",
            "gRPC status code 12",
        ],
    ),
    (
        ErrorKind::AuthFailed,
        &[
            "UNAUTHENTICATED",
            "Unauthenticated",
            "PERMISSION_DENIED",
            "PermissionDenied",
            "does not have valid authentication credentials",
            "does not have permission to execute",
            "gRPC status code 16",
            "gRPC status code 7",
        ],
    ),
    (
        ErrorKind::TempoRateLimited,
        &[
            "RESOURCE_EXHAUSTED",
            "ResourceExhausted",
            "Some resource has been exhausted",
            "gRPC status code 8",
        ],
    ),
    (
        ErrorKind::BadRequest,
        &[
            "INVALID_ARGUMENT",
            "InvalidArgument",
            "Client specified an invalid argument",
            "gRPC status code 3",
            "OUT_OF_RANGE",
            "OutOfRange",
        ],
    ),
    // Tempo 2.x answers FailedPrecondition to a trace over a limit, and to nothing else.
    (
        ErrorKind::TempoTraceTooLarge,
        &[
            "FAILED_PRECONDITION",
            "FailedPrecondition",
            "is not in a state required",
            "gRPC status code 9",
        ],
    ),
    (
        ErrorKind::BackendTimeout,
        &[
            "DEADLINE_EXCEEDED",
            "DeadlineExceeded",
            "Deadline expired before operation could complete",
            "gRPC status code 4",
        ],
    ),
    (
        ErrorKind::BackendInternalError,
        &[
            "INTERNAL",
            "code = Internal",
            "gRPC code: Internal",
            "(Internal error)",
            "\"Internal\"",
            "gRPC status code 13",
            "DATA_LOSS",
            "DataLoss",
            "code = Aborted",
            "StatusCode.ABORTED",
            "10 ABORTED",
        ],
    ),
    (
        ErrorKind::ClientReset,
        &[
            "CANCELLED",
            "code = Canceled",
            "gRPC code: Cancelled",
            "The operation was cancelled",
        ],
    ),
    (
        ErrorKind::BackendInternalError,
        &[
            "StatusCode.UNKNOWN",
            "code = Unknown",
            "2 UNKNOWN",
            "gRPC code: Unknown",
        ],
    ),
];

/// The cause that a gRPC status in the text names; `Unavailable` names none.
pub(super) fn of_grpc(text: &str) -> Option<ErrorKind> {
    GRPC.iter()
        .find(|(_, names)| names.iter().any(|name| text.contains(name)))
        .map(|(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::{ErrorKind, http_code, of_grpc};

    #[test]
    fn a_status_number_is_read_behind_the_words_that_announce_it() {
        assert_eq!(
            http_code("Failed to export spans batch code: 404, reason: x"),
            Some(404)
        );
        assert_eq!(http_code("\"POST /v1/traces HTTP/1.1\" 503 0"), Some(503));
        assert_eq!(http_code("OTLPExporterError: Too Many Requests"), Some(429));
        assert_eq!(http_code("status code: 200"), None);
        assert_eq!(http_code("code 50312"), None);
    }

    #[test]
    fn unavailable_alone_names_no_cause() {
        assert_eq!(of_grpc("error code: StatusCode.UNAVAILABLE"), None);
        assert_eq!(
            of_grpc("code = Unimplemented desc = x"),
            Some(ErrorKind::CollectorNoTracesPipeline)
        );
    }
}

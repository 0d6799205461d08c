//! Why spans did not get to the backend, and whether it is worth trying again.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use ::http::{HeaderMap, StatusCode};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::error::cause_chain;
use crate::http::retry_after;

/// A failed attempt to send a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// What kind of failure it is.
    pub(super) cause: Cause,
    /// The error with all its causes.
    pub(super) chain: String,
    /// Whether it is worth trying again.
    pub(super) retry: Retry,
}

/// The kinds of failure that differ in what is to be done about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// Nothing listens at the endpoint's port.
    Refused,
    /// The endpoint's name resolves to nothing.
    NoSuchHost,
    /// There is no way to the endpoint's address.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// The connection broke.
    ConnectionLost,
    /// The two ends do not agree on a certificate or on whether to encrypt.
    Tls,
    /// What answers does not speak the protocol.
    WrongProtocol,
    /// What answers speaks the protocol, but takes no spans there.
    Unimplemented,
    /// The backend wants credentials, or other ones.
    Unauthorized,
    /// The backend asks for fewer spans.
    Throttled,
    /// The backend cannot take spans just now.
    Unavailable,
    /// The backend refuses these spans.
    Refusal,
}

/// Whether it is worth trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retry {
    /// It is not: the same would be answered again.
    Never,
    /// It is, after a while.
    Later,
    /// It is, after what the backend asked for.
    After(Duration),
}

/// The name that log lines give the cause.
impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Refused => "connection refused",
            Self::NoSuchHost => "no such host",
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
            Self::ConnectionLost => "connection lost",
            Self::Tls => "tls",
            Self::WrongProtocol => "wrong protocol",
            Self::Unimplemented => "unimplemented",
            Self::Unauthorized => "unauthorized",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Refusal => "refused by the backend",
        })
    }
}

impl Failure {
    /// No answer within `limit`.
    pub(super) fn timeout(limit: Duration) -> Self {
        Self {
            cause: Cause::Timeout,
            chain: format!("no answer within {} ms", limit.as_millis()),
            retry: Retry::Later,
        }
    }

    /// The process stopped before an answer came.
    pub(super) fn cut_short() -> Self {
        Self {
            cause: Cause::Timeout,
            chain: "no answer before the shutdown deadline".to_owned(),
            retry: Retry::Later,
        }
    }

    /// Whether no backend was reached at all.
    pub(super) fn is_away(&self) -> bool {
        matches!(
            self.cause,
            Cause::Refused | Cause::NoSuchHost | Cause::Unreachable
        )
    }

    /// What a gRPC call's status says.
    pub(super) fn of_status(status: &Status) -> Self {
        // A status with a source was made here, not by the backend: the transport failed.
        if let Some(source) = status.source() {
            return Self::of_transport(source);
        }
        let code = status.code();
        Self {
            cause: cause_of_code(code),
            chain: format!("{code:?}: {}", status.message()),
            retry: retry_of_code(status),
        }
    }

    /// What the failure of a gRPC connection says.
    pub(super) fn of_transport(error: &(dyn Error + 'static)) -> Self {
        Self {
            cause: cause_of(error).unwrap_or(Cause::ConnectionLost),
            chain: cause_chain(error),
            retry: Retry::Later,
        }
    }

    /// What an HTTP client's error says.
    pub(super) fn of_request(error: &reqwest::Error) -> Self {
        let cause = if error.is_timeout() {
            Cause::Timeout
        } else {
            cause_of(error).unwrap_or(Cause::ConnectionLost)
        };
        Self {
            cause,
            chain: cause_chain(error),
            retry: Retry::Later,
        }
    }

    /// What an HTTP answer without success says.
    pub(super) fn of_answer(status: StatusCode, headers: &HeaderMap, body: &str) -> Self {
        let cause = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Cause::Unauthorized,
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Cause::Unimplemented,
            StatusCode::TOO_MANY_REQUESTS => Cause::Throttled,
            StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Cause::Unavailable,
            status if status.is_redirection() => Cause::Unimplemented,
            _ => Cause::Refusal,
        };
        let retry = match cause {
            Cause::Throttled | Cause::Unavailable => {
                retry_after(headers).map_or(Retry::Later, Retry::After)
            }
            _ => Retry::Never,
        };
        let said = body.split_whitespace().collect::<Vec<_>>().join(" ");
        let said: String = said.chars().filter(|c| !c.is_control()).take(200).collect();
        let chain = if said.is_empty() {
            status.to_string()
        } else {
            format!("{status}: {said}")
        };
        Self {
            cause,
            chain,
            retry,
        }
    }

    /// Success was answered, but not by an OTLP receiver.
    pub(super) fn of_stranger(content_type: &str) -> Self {
        Self {
            cause: Cause::WrongProtocol,
            chain: format!(
                "the answer is `{content_type}`, which no OTLP receiver sends for binary spans"
            ),
            retry: Retry::Never,
        }
    }
}

fn cause_of_code(code: Code) -> Cause {
    match code {
        Code::Unavailable | Code::Aborted | Code::Cancelled => Cause::Unavailable,
        Code::DeadlineExceeded => Cause::Timeout,
        Code::Unimplemented => Cause::Unimplemented,
        Code::Unauthenticated | Code::PermissionDenied => Cause::Unauthorized,
        Code::ResourceExhausted => Cause::Throttled,
        Code::Ok
        | Code::Unknown
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Internal
        | Code::DataLoss => Cause::Refusal,
    }
}

/// By the OTLP specification, section "Failures" of OTLP/gRPC.
fn retry_of_code(status: &Status) -> Retry {
    let told = status
        .get_details_retry_info()
        .and_then(|info| info.retry_delay);
    match status.code() {
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => told.map_or(Retry::Later, Retry::After),
        // Without a time to come back at, this is a limit that will not pass.
        Code::ResourceExhausted => told.map_or(Retry::Never, Retry::After),
        _ => Retry::Never,
    }
}

/// The cause that `error` or something beneath it tells.
fn cause_of(error: &(dyn Error + 'static)) -> Option<Cause> {
    let mut source = Some(error);
    while let Some(current) = source {
        if let Some(cause) = cause_here(current) {
            return Some(cause);
        }
        source = current.source();
    }
    None
}

fn cause_here(error: &(dyn Error + 'static)) -> Option<Cause> {
    if let Some(io) = error.downcast_ref::<io::Error>() {
        // An I/O error may hide another: rustls's errors come in one.
        if let Some(cause) = io.get_ref().and_then(|inner| cause_of(inner)) {
            return Some(cause);
        }
        let cause = match io.kind() {
            io::ErrorKind::ConnectionRefused => Some(Cause::Refused),
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                Some(Cause::Unreachable)
            }
            io::ErrorKind::TimedOut => Some(Cause::Timeout),
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => Some(Cause::ConnectionLost),
            _ => None,
        };
        if cause.is_some() {
            return cause;
        }
    }
    if error.is::<rustls::Error>() {
        return Some(Cause::Tls);
    }
    cause_in_words(&error.to_string())
}

/// What only the text tells: the types of these errors are private to their crates.
fn cause_in_words(text: &str) -> Option<Cause> {
    const WORDS: [(&str, Cause); 7] = [
        ("failed to lookup address", Cause::NoSuchHost),
        ("dns error", Cause::NoSuchHost),
        ("deadline has elapsed", Cause::Timeout),
        ("Timeout expired", Cause::Timeout),
        ("frame with invalid size", Cause::WrongProtocol),
        ("invalid HTTP version parsed", Cause::WrongProtocol),
        ("unexpected message from connection", Cause::WrongProtocol),
    ];
    WORDS
        .iter()
        .find(|(words, _)| text.contains(words))
        .map(|(_, cause)| *cause)
}

//! What came of one OTLP export that `ptctl` sent itself: the answer, or the layer that broke.

use std::fmt;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// One export: what came of it and how long each part took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// What came of it.
    pub outcome: ExportOutcome,
    /// The address that was connected to, or the last one that was tried: `172.18.0.2:4317`.
    pub peer: Option<String>,
    /// From the beginning until the connection stood.
    pub connected_after: Option<SignedDuration>,
    /// From the beginning until TLS stood, where the export goes by TLS.
    pub secured_after: Option<SignedDuration>,
    /// From the beginning until the end, whatever that was.
    pub ended_after: SignedDuration,
}

/// What came of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum ExportOutcome {
    /// Everything was taken, so the receiver says.
    Accepted,
    /// The receiver took the export and not all of its spans (<https://opentelemetry.io/docs/specs/otlp/#partial-success>).
    PartialSuccess {
        /// How many spans it left out; none for a mere warning.
        rejected: u64,
        /// Why.
        message: String,
    },
    /// A gRPC status other than `OK`.
    GrpcStatus {
        /// The code, 1 to 16 (<https://grpc.io/docs/guides/status-codes/>).
        code: u32,
        /// The receiver's own words, shortened.
        message: String,
        /// The HTTP status beneath it, 200 from whoever speaks gRPC.
        http_status: u16,
    },
    /// An HTTP status other than 2xx.
    HttpStatus {
        /// The status.
        status: u16,
        /// The receiver's own words, shortened.
        body: String,
        /// Where a redirection leads, as it stands there: a path or a URL, secrets redacted.
        #[serde(default)]
        location: Option<String>,
        /// Seconds to wait, where it says so.
        retry_after: Option<u64>,
    },
    /// HTTP 2xx by something that does not speak OTLP: a web page, a proxy's greeting.
    NotOtlp {
        /// The HTTP status.
        status: u16,
        /// The content type, where there is one.
        content_type: Option<String>,
        /// The beginning of the body.
        body: String,
    },
    /// There was no answer.
    Broken(ExportFault),
}

impl ExportOutcome {
    /// Whether nobody answered, at whatever layer: only who waited long enough may hold that against the receiver.
    pub fn is_silence(&self) -> bool {
        matches!(
            self,
            Self::Broken(
                ExportFault::NoAnswer
                    | ExportFault::Connect {
                        fault: ConnectFault::TimedOut,
                    }
                    | ExportFault::Tls {
                        fault: TlsFault::TimedOut,
                    }
            )
        )
    }
}

/// The layer at which an export broke, lowest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "layer")]
pub enum ExportFault {
    /// No connection.
    Connect {
        /// Why.
        fault: ConnectFault,
    },
    /// No TLS on the connection.
    Tls {
        /// Why.
        fault: TlsFault,
    },
    /// The other side speaks another protocol than the export's.
    Protocol {
        /// What it speaks, by the first bytes that came from it.
        spoken: Spoken,
    },
    /// The connection was closed or reset after it stood and before an answer came.
    Closed {
        /// How, as a fragment: `connection reset`.
        reason: String,
    },
    /// The connection stood and nothing came in time.
    NoAnswer,
    /// The export itself could not be sent: a header or a path that HTTP does not allow, a certificate that cannot be read.
    Unsendable {
        /// What is wrong with it.
        reason: String,
    },
}

/// Why there was no connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ConnectFault {
    /// Nothing listens at the port.
    Refused,
    /// Nobody answered: the packets are dropped, or the other side hangs.
    TimedOut,
    /// No route to the host or the network.
    Unreachable,
    /// There is no address to connect to.
    NoAddress,
    /// Another fault of the network.
    Other {
        /// The system's own words.
        reason: String,
    },
}

/// Why TLS did not come about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum TlsFault {
    /// The other side does not speak TLS.
    NotTls {
        /// What it speaks.
        spoken: Spoken,
    },
    /// Its certificate was issued by nobody that is trusted here.
    UnknownIssuer,
    /// Its certificate has expired.
    Expired,
    /// Its certificate is not valid yet.
    NotYetValid,
    /// Its certificate is for other names.
    WrongName {
        /// Those names.
        names: Vec<String>,
    },
    /// It wants a certificate of the client.
    ClientCertificateWanted,
    /// It shook hands with an alert of TLS: `handshake failure`.
    Refused {
        /// The alert.
        alert: String,
    },
    /// It closed the connection in the middle of the handshake.
    Closed,
    /// It said nothing in time.
    TimedOut,
    /// Something else.
    Other {
        /// In the library's words.
        reason: String,
    },
}

/// What the other side of a connection speaks, by the first bytes that came from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "protocol")]
pub enum Spoken {
    /// Nothing came.
    Nothing,
    /// HTTP/1.
    Http1 {
        /// Its status, where it could be read.
        status: Option<u16>,
    },
    /// HTTP/2.
    Http2,
    /// TLS.
    Tls,
    /// Something else.
    Other {
        /// The first bytes, in words that a terminal can show.
        first: String,
    },
}

impl Delivery {
    /// Whether the receiver says that it took every span.
    pub fn is_accepted(&self) -> bool {
        match &self.outcome {
            ExportOutcome::Accepted | ExportOutcome::PartialSuccess { rejected: 0, .. } => true,
            ExportOutcome::PartialSuccess { .. }
            | ExportOutcome::GrpcStatus { .. }
            | ExportOutcome::HttpStatus { .. }
            | ExportOutcome::NotOtlp { .. }
            | ExportOutcome::Broken(_) => false,
        }
    }
}

/// The name of a gRPC status code (<https://grpc.io/docs/guides/status-codes/>).
pub fn grpc_status_name(code: u32) -> &'static str {
    const NAMES: [&str; 17] = [
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    ];
    usize::try_from(code)
        .ok()
        .and_then(|code| NAMES.get(code))
        .copied()
        .unwrap_or("an unknown status")
}

impl fmt::Display for ExportOutcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |formatter: &mut fmt::Formatter<'_>, words: &str| {
            if words.is_empty() {
                Ok(())
            } else {
                write!(formatter, ": {words}")
            }
        };
        match self {
            Self::Accepted => formatter.write_str("accepted"),
            Self::PartialSuccess {
                rejected: 0,
                message,
            } => {
                formatter.write_str("accepted, with a warning")?;
                told(formatter, message)
            }
            Self::PartialSuccess { rejected, message } => {
                write!(formatter, "accepted without {rejected} of its spans")?;
                told(formatter, message)
            }
            Self::GrpcStatus { code, message, .. } => {
                write!(formatter, "gRPC {}", grpc_status_name(*code))?;
                told(formatter, message)
            }
            Self::HttpStatus {
                status,
                location: Some(location),
                ..
            } => write!(formatter, "HTTP {status} to {location}"),
            Self::HttpStatus { status, body, .. } => {
                write!(formatter, "HTTP {status}")?;
                told(formatter, body)
            }
            Self::NotOtlp {
                status,
                content_type,
                ..
            } => {
                write!(formatter, "HTTP {status}, and the answer is not OTLP")?;
                told(formatter, content_type.as_deref().unwrap_or_default())
            }
            Self::Broken(fault) => fault.fmt(formatter),
        }
    }
}

impl fmt::Display for ExportFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect { fault } => fault.fmt(formatter),
            Self::Tls { fault } => fault.fmt(formatter),
            Self::Protocol { spoken } => write!(formatter, "the other side speaks {spoken}"),
            Self::Closed { reason } => write!(formatter, "closed without an answer: {reason}"),
            Self::NoAnswer => formatter.write_str("no answer in time"),
            Self::Unsendable { reason } => write!(formatter, "it cannot be sent: {reason}"),
        }
    }
}

impl fmt::Display for ConnectFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Refused => "connection refused",
            Self::TimedOut => "no connection in time",
            Self::Unreachable => "no route to the host",
            Self::NoAddress => "no address to connect to",
            Self::Other { reason } => reason,
        })
    }
}

impl fmt::Display for TlsFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTls { spoken } => write!(formatter, "no TLS: the other side speaks {spoken}"),
            Self::UnknownIssuer => {
                formatter.write_str("its certificate was issued by nobody trusted")
            }
            Self::Expired => formatter.write_str("its certificate has expired"),
            Self::NotYetValid => formatter.write_str("its certificate is not valid yet"),
            Self::WrongName { names } if names.is_empty() => {
                formatter.write_str("its certificate is for another name")
            }
            Self::WrongName { names } => {
                write!(formatter, "its certificate is for {}", names.join(", "))
            }
            Self::ClientCertificateWanted => {
                formatter.write_str("it wants a certificate of the client")
            }
            Self::Refused { alert } => write!(formatter, "it refused TLS: {alert}"),
            Self::Closed => formatter.write_str("it closed the connection during the handshake"),
            Self::TimedOut => formatter.write_str("no TLS in time"),
            Self::Other { reason } => write!(formatter, "no TLS: {reason}"),
        }
    }
}

impl fmt::Display for Spoken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => formatter.write_str("nothing"),
            Self::Http1 { status: None } => formatter.write_str("HTTP/1"),
            Self::Http1 {
                status: Some(status),
            } => write!(formatter, "HTTP/1 and says {status}"),
            Self::Http2 => formatter.write_str("HTTP/2"),
            Self::Tls => formatter.write_str("TLS"),
            Self::Other { first } => write!(formatter, "something else: `{first}`"),
        }
    }
}

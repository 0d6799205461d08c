//! What a port speaks, whoever listens there.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::OtlpProtocol;

/// What a port speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speech {
    /// What came back to plaintext.
    pub plaintext: Plaintext,
    /// What came of a TLS handshake; `None` where there was none.
    #[serde(default)]
    pub tls: Option<TlsSpeech>,
    /// Whether it answers HTTP/1.
    pub http1: bool,
    /// Whether it answers HTTP/2 without being asked to change to it.
    pub http2: bool,
    /// The protocols by which it takes OTLP traces.
    #[serde(default)]
    pub otlp: Vec<OtlpProtocol>,
    /// The protocols by which it may take them as well: nobody could ask, or it gave no answer in time.
    #[serde(default)]
    pub untold: Vec<OtlpProtocol>,
    /// Who it is.
    pub listener: Listener,
}

/// What came back to plaintext.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "plaintext")]
pub enum Plaintext {
    /// HTTP of some version.
    Http,
    /// A refusal that says that TLS is wanted.
    WantsTls,
    /// Something else.
    Other {
        /// The beginning of it, printable.
        text: String,
    },
    /// Nothing: the connection was closed.
    Closed,
    /// Nothing: the connection stayed open.
    Silent,
}

/// What came of a TLS handshake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsSpeech {
    /// The version: `TLS 1.3`.
    pub version: String,
    /// The protocol that both agreed on by ALPN, where they did: `h2`.
    #[serde(default)]
    pub alpn: Option<String>,
    /// The certificate of the server, where it could be read.
    #[serde(default)]
    pub certificate: Option<Certificate>,
    /// Whether a client with these roots would trust it.
    pub trust: Trust,
    /// The roots that it was tried with.
    pub roots: RootsUsed,
}

/// A server's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The names and addresses that it is for.
    pub names: Vec<String>,
    /// Who signed it, by common name.
    #[serde(default)]
    pub issuer: Option<String>,
    /// From when it holds.
    pub not_before: Timestamp,
    /// Until when it holds.
    pub not_after: Timestamp,
}

/// Whether a certificate is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "trust")]
pub enum Trust {
    /// It is.
    Trusted,
    /// Nobody among the roots signed it.
    UnknownIssuer,
    /// It ended.
    Expired,
    /// It has not begun.
    NotYetValid,
    /// It is for other names.
    WrongName,
    /// Something else is wrong with it.
    Refused {
        /// What.
        reason: String,
    },
    /// Nobody could tell: the roots that count cannot be read.
    Unchecked {
        /// Why.
        reason: String,
    },
}

/// The roots that a certificate was tried with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "roots")]
pub enum RootsUsed {
    /// Those that the service was told to trust, and no others.
    Named,
    /// A file of its image, and the public ones.
    Image {
        /// Its path there.
        path: String,
    },
    /// The public authorities that Mozilla trusts.
    Public,
}

/// Who listens at a port, as far as it tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "listener")]
pub enum Listener {
    /// A receiver of OTLP.
    Otlp,
    /// Tempo's HTTP API for queries.
    TempoApi,
    /// Grafana.
    Grafana,
    /// Loki.
    Loki,
    /// Prometheus.
    Prometheus,
    /// A receiver or server of Zipkin's.
    Zipkin,
    /// A collector or server of Jaeger's.
    Jaeger,
    /// A page of metrics, and nothing else that is known.
    Metrics,
    /// The health check of an OpenTelemetry collector.
    CollectorHealth,
    /// A gRPC server that has no OTLP service.
    Grpc,
    /// A web server.
    Web {
        /// What it calls itself, where it does.
        #[serde(default)]
        server: Option<String>,
    },
    /// Something that speaks neither HTTP nor TLS.
    Foreign,
    /// Nothing that could be told.
    Unknown,
}

impl Listener {
    /// Who it is, as the end of a sentence.
    pub fn describe(&self) -> String {
        match self {
            Self::Otlp => "an OTLP receiver".to_owned(),
            Self::TempoApi => "Tempo's HTTP API for queries".to_owned(),
            Self::Grafana => "Grafana".to_owned(),
            Self::Loki => "Loki".to_owned(),
            Self::Prometheus => "Prometheus".to_owned(),
            Self::Zipkin => "a Zipkin receiver".to_owned(),
            Self::Jaeger => "Jaeger".to_owned(),
            Self::Metrics => "a page of metrics".to_owned(),
            Self::CollectorHealth => "a collector's health check".to_owned(),
            Self::Grpc => "a gRPC server without an OTLP receiver".to_owned(),
            Self::Web {
                server: Some(server),
            } => format!("a web server (`{server}`)"),
            Self::Web { server: None } => "a web server".to_owned(),
            Self::Foreign => "something that speaks neither HTTP nor TLS".to_owned(),
            Self::Unknown => "something unknown".to_owned(),
        }
    }
}

impl Speech {
    /// What it is, as a fragment: `HTTP/2 in plaintext: an OTLP receiver (gRPC)`.
    pub fn describe(&self) -> String {
        let versions = match (self.http1, self.http2) {
            (true, true) => Some("HTTP/1 and HTTP/2"),
            (true, false) => Some("HTTP/1"),
            (false, true) => Some("HTTP/2"),
            (false, false) => None,
        };
        let secrecy = match (&self.plaintext, &self.tls) {
            (Plaintext::Http, None) => "in plaintext".to_owned(),
            (Plaintext::Http, Some(tls)) => format!("in plaintext and in {}", tls.version),
            (_, Some(tls)) => format!("in {}", tls.version),
            (Plaintext::Other { text }, None) => return format!("neither HTTP nor TLS: `{text}`"),
            (Plaintext::WantsTls, None) => {
                return "TLS, and the handshake fails".to_owned();
            }
            (Plaintext::Closed, None) => {
                return "nothing: it closes every connection".to_owned();
            }
            (Plaintext::Silent, None) => {
                return "nothing: it keeps connections open and stays silent".to_owned();
            }
        };
        let who = match self.otlp.as_slice() {
            [] => self.listener.describe(),
            [one] => format!("{} ({})", self.listener.describe(), one.word()),
            [..] => format!("{} (gRPC and HTTP)", self.listener.describe()),
        };
        match versions {
            Some(versions) => format!("{versions} {secrecy}: {who}"),
            None => format!("something {secrecy}: {who}"),
        }
    }

    /// Whether nothing came back, whatever was tried.
    pub fn is_mute(&self) -> bool {
        self.tls.is_none() && matches!(self.plaintext, Plaintext::Silent | Plaintext::Closed)
    }
}

impl Trust {
    /// What is wrong with a certificate, as the end of a sentence; `None` for nothing.
    pub fn fault(&self) -> Option<String> {
        match self {
            Self::Trusted | Self::Unchecked { .. } => None,
            Self::UnknownIssuer => Some("nobody that is trusted signed it".to_owned()),
            Self::Expired => Some("it has expired".to_owned()),
            Self::NotYetValid => Some("it is not valid yet".to_owned()),
            Self::WrongName => Some("it is for other names".to_owned()),
            Self::Refused { reason } => Some(reason.clone()),
        }
    }
}

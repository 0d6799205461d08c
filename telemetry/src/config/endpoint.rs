//! Where spans are sent, and by which protocol.
//!
//! The first of `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `TEMPO_ENDPOINT` and
//! `OTEL_EXPORTER_OTLP_ENDPOINT` that has a value is used, else `tempo:4317`.
//!
//! - `TEMPO_ENDPOINT` is `host:port` and always means OTLP over gRPC, unencrypted.
//! - The `OTEL_*` endpoints are URLs with a scheme, which decides about encryption. A value without
//!   one is refused: half of the SDKs there are take it for encrypted, the other half not.
//! - Their protocol is `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL`, else `OTEL_EXPORTER_OTLP_PROTOCOL`,
//!   else `http/protobuf` on port 4318, the one registered for it, and gRPC on any other.
//! - For `http/protobuf`, `/v1/traces` is appended to the general endpoint, while the one for
//!   traces is taken as it is. For gRPC a path means nothing.

use std::fmt;

use url::{Host, Url};

use super::Note;
use super::headers::without_credentials;
use super::variable::{Lookup, MalformedValue};

const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
const TEMPO_ENDPOINT: &str = "TEMPO_ENDPOINT";
const GENERAL_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const DEFAULT_ENDPOINT: &str = "tempo:4317";
const PROTOCOL: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
];

/// The port registered for OTLP over HTTP.
const HTTP_PORT: u16 = 4318;

/// The path that OTLP over HTTP has for traces.
const TRACES_PATH: &str = "v1/traces";

/// Where spans are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    url: Url,
    shown: String,
    source: Source,
    protocol: Protocol,
}

/// How spans are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// OTLP over gRPC.
    Grpc,
    /// OTLP over HTTP, with binary bodies.
    HttpProtobuf,
}

/// What named the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A variable.
    Variable(&'static str),
    /// Nothing did.
    Default,
}

impl Endpoint {
    /// Reads the endpoint.
    pub(crate) fn read(lookup: &Lookup<'_>, notes: &mut Vec<Note>) -> Result<Self, MalformedValue> {
        let named = lookup.first(&[TRACES_ENDPOINT, TEMPO_ENDPOINT, GENERAL_ENDPOINT])?;
        let protocol = Protocol::read(lookup)?;
        let (source, value) = match &named {
            Some((TEMPO_ENDPOINT, value)) => (Source::Variable(TEMPO_ENDPOINT), value.as_str()),
            Some((variable, value)) => return from_url(variable, value, protocol, notes),
            None => (Source::Default, DEFAULT_ENDPOINT),
        };
        if let Some((variable, Protocol::HttpProtobuf)) = protocol {
            notes.push(Note::new(format!(
                "{variable} is ignored: the endpoint is that of {TEMPO_ENDPOINT}, which speaks gRPC"
            )));
        }
        from_host_and_port(source, value)
    }

    /// The URL that a client connects to.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// The protocol.
    pub(crate) fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// What named this endpoint.
    pub(crate) fn source(&self) -> Source {
        self.source
    }

    /// Whether the connection is encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }
}

/// The endpoint as it was given, without credentials.
impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}

impl Protocol {
    /// The protocol asked for, and the variable that asks.
    fn read(lookup: &Lookup<'_>) -> Result<Option<(&'static str, Self)>, MalformedValue> {
        let Some((variable, name)) = lookup.first(&PROTOCOL)? else {
            return Ok(None);
        };
        match name.as_str() {
            "grpc" => Ok(Some((variable, Self::Grpc))),
            "http/protobuf" => Ok(Some((variable, Self::HttpProtobuf))),
            _ => Err(MalformedValue::new(
                variable,
                &name,
                "`grpc` or `http/protobuf`",
            )),
        }
    }
}

/// The protocol's name in the specification.
impl fmt::Display for Protocol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Grpc => "grpc",
            Self::HttpProtobuf => "http/protobuf",
        })
    }
}

/// The variable's name, or `default`.
impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Variable(variable) => variable,
            Self::Default => "default",
        })
    }
}

fn from_host_and_port(source: Source, value: &str) -> Result<Endpoint, MalformedValue> {
    let malformed = || {
        MalformedValue::new(
            TEMPO_ENDPOINT,
            &hide_credentials(value),
            "`host:port` without a scheme, such as `tempo:4317`",
        )
    };
    let (host, port) = value.rsplit_once(':').ok_or_else(malformed)?;
    let host = Host::parse(host).map_err(|_| malformed())?;
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(malformed());
    }
    let port: u16 = port.parse().map_err(|_| malformed())?;
    if port == 0 {
        return Err(malformed());
    }
    let url = Url::parse(&format!("http://{host}:{port}")).map_err(|_| malformed())?;
    Ok(Endpoint {
        url,
        shown: format!("{host}:{port}"),
        source,
        protocol: Protocol::Grpc,
    })
}

fn from_url(
    variable: &'static str,
    value: &str,
    protocol: Option<(&'static str, Protocol)>,
    notes: &mut Vec<Note>,
) -> Result<Endpoint, MalformedValue> {
    let malformed = || {
        MalformedValue::new(
            variable,
            &hide_credentials(value),
            "a URL with a scheme, such as `http://tempo:4317`",
        )
    };
    let url = Url::parse(value).map_err(|_| malformed())?;
    // `tempo:4317` parses as a URL with the scheme `tempo`.
    if !matches!(url.scheme(), "http" | "https") || !value.contains("://") || !url.has_host() {
        return Err(malformed());
    }
    let protocol = match protocol {
        Some((_, protocol)) => protocol,
        None if url.port() == Some(HTTP_PORT) => Protocol::HttpProtobuf,
        None => Protocol::Grpc,
    };
    let url = match protocol {
        Protocol::Grpc => {
            if url.path() != "/" || url.query().is_some() {
                notes.push(Note::new(format!(
                    "the path in {variable} is ignored: gRPC has its own"
                )));
            }
            without_path(url)
        }
        Protocol::HttpProtobuf if variable == GENERAL_ENDPOINT => with_traces_path(url),
        Protocol::HttpProtobuf => url,
    };
    Ok(Endpoint {
        shown: shown(&url),
        url,
        source: Source::Variable(variable),
        protocol,
    })
}

fn without_path(mut url: Url) -> Url {
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    url
}

fn with_traces_path(mut url: Url) -> Url {
    let path = format!("{}/{TRACES_PATH}", url.path().trim_end_matches('/'));
    url.set_path(&path);
    url
}

/// A URL as people write it: the slash that stands for no path is left out.
fn shown(url: &Url) -> String {
    let mut shown = without_credentials(url);
    if url.path() == "/" && url.query().is_none() && shown.ends_with('/') {
        shown.pop();
    }
    shown
}

/// A value that did not parse, without what stands where a password would.
fn hide_credentials(value: &str) -> String {
    match value.rsplit_once('@') {
        Some((_, rest)) => format!("(credentials not shown)@{rest}"),
        None => value.to_owned(),
    }
}

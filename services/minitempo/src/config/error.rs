//! Why a configuration is refused, in Tempo's words where Tempo has some.

use std::fmt;
use std::io;

/// Why a configuration cannot be used; the texts are Tempo's own where Tempo has one.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("failed parsing config: failed to read configFile {path}: open {path}: {}", go_io_text(.source))]
    Read {
        /// The file.
        path: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not YAML, has keys that Tempo does not have, or values of the wrong type.
    #[error("failed parsing config: failed to parse configFile {path}: {problem}")]
    Parse {
        /// The file.
        path: String,
        /// What is wrong, in the form of Go's YAML package.
        problem: String,
    },
    /// The values are well formed but cannot be served.
    #[error("{0}")]
    Unusable(Unusable),
}

/// A configuration that Tempo, or minitempo, refuses when it starts.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unusable {
    /// A target that is not a part of minitempo.
    Target(String),
    /// A storage backend that does not exist.
    UnknownBackend(String),
    /// A storage backend of Tempo that minitempo does not have.
    BackendNotImplemented(String),
    /// A receiver that does not exist.
    UnknownReceiver(String),
    /// `otlp` without a protocol.
    NoProtocol,
    /// An endpoint that is not `host:port`.
    Endpoint(String),
    /// Limits in the format of Tempo 2, which Tempo 3 no longer reads.
    LegacyOverrides,
}

impl fmt::Display for Unusable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("failed to init module services: ")?;
        match self {
            Self::Target(target) => write!(formatter, "unrecognised module name: {target}"),
            Self::UnknownBackend(backend) => write!(
                formatter,
                "error initialising module: store: failed to create store: unknown backend {backend}"
            ),
            Self::BackendNotImplemented(backend) => write!(
                formatter,
                "error initialising module: store: failed to create store: minitempo has no backend {backend}, only local"
            ),
            Self::UnknownReceiver(receiver) => write!(
                formatter,
                "error initialising module: distributor: failed to create distributor: cannot unmarshal the configuration: decoding failed due to the following error(s):\n\n'receivers' unknown type: \"{receiver}\" for id: \"{receiver}\" (valid values: [otlp kafka jaeger zipkin])"
            ),
            Self::NoProtocol => formatter.write_str(
                "error initialising module: distributor: failed to create distributor: must specify at least one protocol when using the OTLP receiver",
            ),
            Self::Endpoint(endpoint) => write!(
                formatter,
                "error initialising module: distributor: failed to create distributor: address {endpoint}: missing port in address"
            ),
            Self::LegacyOverrides => formatter.write_str(
                "error initialising module: overrides: failed to create overrides: DEPRECATED: legacy overrides config format detected but legacy overrides are disabled by default. Legacy overrides will be removed in a future release. Migrate your overrides config to the new scoped format",
            ),
        }
    }
}

/// What Go says of an error of the operating system.
fn go_io_text(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

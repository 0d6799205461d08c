//! What can go wrong between here and an engine.

use std::{error::Error, io, time::Duration};

use http::StatusCode;
use serde::Deserialize;
use thiserror::Error;

use crate::{
    clients::{
        cause,
        deadline::{Passed, spoken},
        transport::{TlsError, TransportError},
    },
    context::EngineEndpoint,
};

/// A call to the engine that failed.
#[derive(Debug, Error)]
#[error("could not {what}")]
pub struct EngineError {
    /// What was attempted: `list the containers`.
    pub what: String,
    /// Why it failed.
    #[source]
    pub fault: EngineFault,
}

/// Why a call to the engine failed.
#[derive(Debug, Error)]
pub enum EngineFault {
    /// No connection could be made.
    #[error("the Docker API at `{address}` could not be reached")]
    Connection {
        /// The engine's address.
        address: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Something else than HTTP came back, or the connection broke.
    #[error("the connection to the Docker API at `{address}` failed")]
    Protocol {
        /// The engine's address.
        address: String,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The TLS connection could not be prepared.
    #[error("the TLS connection could not be prepared")]
    Tls(#[source] TlsError),
    /// The engine said nothing in time.
    #[error("the Docker API at `{address}` gave no answer within {}", spoken(*after))]
    NoAnswer {
        /// The engine's address.
        address: String,
        /// How long was waited.
        after: Duration,
    },
    /// The engine refused.
    #[error("the engine answered {status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The engine's words.
        message: String,
    },
    /// The body ended before its end.
    #[error("the engine's answer broke off")]
    BrokenOff(#[source] Box<dyn Error + Send + Sync>),
    /// The answer is not what the API describes.
    #[error("the engine's answer could not be understood: {0}")]
    Answer(String),
}

#[derive(Deserialize)]
struct Message {
    message: String,
}

impl EngineError {
    pub(super) fn new(what: impl Into<String>, fault: EngineFault) -> Self {
        Self {
            what: what.into(),
            fault,
        }
    }

    /// Whether this user may not talk to the engine.
    pub fn is_permission(&self) -> bool {
        matches!(&self.fault, EngineFault::Connection { source, .. } if source.kind() == io::ErrorKind::PermissionDenied)
    }

    /// Whether nothing listens at the address.
    pub fn is_absent(&self) -> bool {
        matches!(&self.fault, EngineFault::Connection { source, .. }
            if matches!(source.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused | io::ErrorKind::NotADirectory))
    }

    /// Whether the engine said nothing in time.
    pub fn is_timeout(&self) -> bool {
        matches!(&self.fault, EngineFault::NoAnswer { .. })
    }

    /// Whether the engine does not know the thing asked for.
    pub fn is_missing(&self) -> bool {
        matches!(&self.fault, EngineFault::Refused { status: 404, .. })
    }
}

impl EngineFault {
    /// Whether a path of a container is not there. That the container itself is gone says nothing of its files.
    pub(super) fn is_missing_path(&self) -> bool {
        matches!(self, Self::Refused { status: 404, message }
            if !message.to_ascii_lowercase().contains("no such container"))
    }

    pub(super) fn no_answer(endpoint: &EngineEndpoint, passed: Passed) -> Self {
        Self::NoAnswer {
            address: endpoint.to_string(),
            after: passed.after,
        }
    }

    /// A field that a fact depends on is not in the answer.
    pub(super) fn without(field: &str) -> Self {
        Self::Answer(format!("it has no `{field}`"))
    }

    pub(super) fn refused(status: StatusCode, body: &[u8]) -> Self {
        let message = match serde_json::from_slice::<Message>(body) {
            Ok(body) => body.message,
            Err(_) => String::from_utf8_lossy(body).trim().to_owned(),
        };
        Self::Refused {
            status: status.as_u16(),
            message,
        }
    }

    pub(super) fn of_transport(error: TransportError, endpoint: &EngineEndpoint) -> Self {
        let address = endpoint.to_string();
        match cause::io_cause(&error) {
            Some(source) if error.is_connect() => Self::Connection {
                address,
                source: same(source),
            },
            _ => Self::Protocol {
                address,
                source: Box::new(error),
            },
        }
    }

    pub(super) fn of_bollard(error: bollard::errors::Error, endpoint: &EngineEndpoint) -> Self {
        use bollard::errors::Error as Wire;
        match error {
            Wire::HyperLegacyError { err } => Self::of_transport(err, endpoint),
            Wire::DockerResponseServerError {
                status_code,
                message,
            } => Self::Refused {
                status: status_code,
                message,
            },
            Wire::JsonDataError { message, .. } => Self::Answer(message),
            Wire::JsonSerdeError { err } if err.is_eof() => Self::BrokenOff(Box::new(err)),
            Wire::JsonSerdeError { err } => Self::Answer(err.to_string()),
            Wire::HyperResponseError { err } => Self::BrokenOff(Box::new(err)),
            Wire::IOError { err } => Self::BrokenOff(Box::new(err)),
            other => Self::Protocol {
                address: endpoint.to_string(),
                source: Box::new(other),
            },
        }
    }
}

/// A copy of an error that belongs to somebody else.
fn same(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

//! Why a client could not be built, or a request got no answer.

use std::time::Duration;

use http::Method;
use url::Url;

/// The client cannot be built.
#[derive(Debug, thiserror::Error)]
#[error("could not build the HTTP client")]
pub struct ClientBuildError(#[source] pub(super) reqwest::Error);

/// A request got no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// It could not be put together: its URL, a header or its body is invalid.
    #[error("could not build a request")]
    Build(#[source] reqwest::Error),
    /// No connection, or one that broke.
    #[error("could not send {method} {url}")]
    Send {
        /// The request's method.
        method: Method,
        /// Where it was sent, without credentials.
        url: Url,
        /// Why not.
        source: reqwest::Error,
    },
    /// No answer in time.
    #[error("no answer to {method} {url} within {} ms", .waited.as_millis())]
    Timeout {
        /// The request's method.
        method: Method,
        /// Where it was sent, without credentials.
        url: Url,
        /// How long this call waited, retries included.
        waited: Duration,
        /// The last attempt's error.
        source: reqwest::Error,
    },
}

impl RequestError {
    /// Whether the answer did not come in time.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout { .. })
    }

    /// Whether no connection could be made.
    pub fn is_connect(&self) -> bool {
        matches!(self, Self::Send { source, .. } if source.is_connect())
    }

    /// A low-cardinality name, for `error.type`.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Build(_) => "invalid_request",
            Self::Send { .. } if self.is_connect() => "connect",
            Self::Send { .. } => "send",
            Self::Timeout { .. } => "timeout",
        }
    }
}

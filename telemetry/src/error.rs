//! What can go wrong when tracing starts, and how errors are put into words.

use std::error::Error;
use std::fmt::Write as _;

use crate::config::MalformedValue;

/// Tracing could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InitError {
    /// A variable holds something that cannot be used.
    #[error("could not read the tracing configuration")]
    Configuration(#[from] MalformedValue),
    /// The certificate file of the backend cannot be used.
    #[error("could not use the certificate file `{path}` named by `{variable}`")]
    Certificate {
        /// The variable that names the file.
        variable: &'static str,
        /// The file.
        path: String,
        /// Why not.
        source: CertificateError,
    },
    /// The client that talks to the backend cannot be built.
    #[error("could not build the span exporter for `{endpoint}`")]
    Exporter {
        /// The backend's endpoint, without credentials.
        endpoint: String,
        /// Why not.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The thread that exports spans cannot be started.
    #[error("could not start the export thread")]
    Thread(#[source] std::io::Error),
    /// This process is traced already: its first guard is still held.
    #[error("a tracer is active in this process already")]
    AlreadyActive,
}

/// A certificate file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// It cannot be read.
    #[error("could not read it")]
    Read(#[source] std::io::Error),
    /// It is not PEM, or holds something that is no certificate.
    #[error("could not parse it as PEM certificates")]
    Parse(#[source] Box<dyn Error + Send + Sync>),
    /// It holds no certificate.
    #[error("it holds no PEM certificate")]
    Empty,
}

/// `error` and its causes in one line, outermost first, separated by `: `.
///
/// A cause whose text the one before it ends with already is not repeated.
///
/// ```
/// let error = std::io::Error::other("disk full");
/// assert_eq!(telemetry::cause_chain(&error), "disk full");
/// ```
pub fn cause_chain<E>(error: &E) -> String
where
    E: Error + ?Sized,
{
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !chain.ends_with(&text) {
            write!(chain, ": {text}").expect("writing to a string cannot fail");
        }
        source = cause.source();
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("could not send")]
    struct Outer(#[source] std::io::Error);

    #[derive(Debug, thiserror::Error)]
    #[error("could not send: refused")]
    struct Repeating(#[source] std::io::Error);

    #[test]
    fn a_chain_names_every_cause() {
        let error = Outer(std::io::Error::other("refused"));
        assert_eq!(cause_chain(&error), "could not send: refused");
    }

    #[test]
    fn a_cause_that_is_in_the_text_already_is_not_repeated() {
        let error = Repeating(std::io::Error::other("refused"));
        assert_eq!(cause_chain(&error), "could not send: refused");
    }
}

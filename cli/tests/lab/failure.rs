//! Why a scenario failed.

use std::time::Duration;

use thiserror::Error;

use crate::tool::ToolError;

/// Why a scenario failed.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// The fault could not be made or taken back.
    #[error("the lab could not do its part")]
    Tool(#[from] ToolError),
    /// A file of the lab's own could not be read or written.
    #[error("could not {action} `{path}`")]
    File {
        /// What was attempted, as a verb.
        action: &'static str,
        /// On which file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The stack's own files are not as the lab knows them.
    #[error("{0}")]
    Stack(String),
    /// No failure: the fault is there, and on the demo it is people who look at it.
    #[error("the fault is there")]
    Shown,
    /// A request to a container of the lab failed.
    #[error("a request to `{to}` failed")]
    Request {
        /// Host and path.
        to: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Something that had to happen did not.
    #[error("{what} did not come within {} s; last seen: {last}", within.as_secs())]
    Awaited {
        /// What was awaited.
        what: String,
        /// For how long.
        within: Duration,
        /// What was there instead.
        last: String,
    },
    /// `ptctl` printed something that is no report.
    #[error("`ptctl` ended with {status} and printed no report: {said}")]
    NoReport {
        /// Its exit status.
        status: String,
        /// What it printed.
        said: String,
    },
    /// The diagnosis is not the expected one.
    #[error("{0}")]
    Diagnosis(String),
    /// The scenario panicked.
    #[error("the scenario panicked: {0}")]
    Panic(String),
}

impl Failure {
    /// The failure with all its causes on one line.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut next = std::error::Error::source(self);
        while let Some(source) = next {
            text.push_str(": ");
            text.push_str(&source.to_string());
            next = source.source();
        }
        text
    }
}

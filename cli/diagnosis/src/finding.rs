//! What a check found: one sentence, its proof, and what to do.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    code::Code,
    snapshot::{ContainerId, LogLine},
    subject::Subject,
};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Info,
    /// Traces are lost in part, or will be.
    Warning,
    /// Traces do not arrive.
    Error,
}

impl Severity {
    /// Its word in a report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How sure a finding is that it names a cause.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Inferred from what is seen: another cause would look the same.
    Likely,
    /// Read off: nothing else would look so.
    #[default]
    Proven,
}

/// One thing that is wrong, with its proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The check's code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    #[serde(default)]
    pub confidence: Confidence,
    /// What it is about.
    pub subject: Subject,
    /// The services that it concerns besides its subject, where it is not about them and does not concern them all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub concerns: Vec<Subject>,
    /// One sentence, subject first, values inline, in Markdown.
    pub message: String,
    /// Since when, where anything tells.
    pub since: Option<Moment>,
    /// What a person can go and look at; never empty.
    pub evidence: Vec<Evidence>,
    /// What to do about it here, with the values of this stack.
    pub remedy: Remedy,
}

/// A point in time and what happened then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What happened, as a fragment: `the container was paused`.
    pub what: String,
}

impl Moment {
    /// `what` happened at `at`.
    pub fn new(at: Timestamp, what: impl Into<String>) -> Self {
        Self {
            at,
            what: what.into(),
        }
    }
}

/// What to do about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// One imperative sentence without its full stop, in Markdown.
    pub action: String,
    /// A command to paste, where one does it or finishes it.
    pub command: Option<String>,
    /// What a program could do about it, where that is certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deed: Option<Box<Deed>>,
}

/// What a program could do about a finding: the engine's part harms nothing, the files' part is for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Deed {
    /// Restart a container as it is.
    Restart {
        /// The container.
        container: ContainerId,
    },
    /// Start a stopped container as it is.
    Start {
        /// The container.
        container: ContainerId,
    },
    /// Start a container that was made and not started, once the service that it waits for is well.
    StartAfter {
        /// The container.
        container: ContainerId,
        /// The service that it waits for.
        service: String,
    },
    /// Thaw a paused container.
    Unpause {
        /// The container.
        container: ContainerId,
    },
    /// Write another value for a variable of a container into the files that it is made from.
    SetVariable {
        /// The container.
        container: ContainerId,
        /// The variable.
        variable: String,
        /// The value that it is to have.
        value: String,
    },
}

impl Deed {
    /// The container that an engine is to do something to; `None` for what is done to files.
    pub fn of_the_engine(&self) -> Option<&ContainerId> {
        match self {
            Self::Restart { container }
            | Self::Start { container }
            | Self::StartAfter { container, .. }
            | Self::Unpause { container } => Some(container),
            Self::SetVariable { .. } => None,
        }
    }
}

impl Remedy {
    /// An action that a command carries out.
    pub fn run(action: impl Into<String>, command: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            command: Some(command.into()),
            deed: None,
        }
    }

    /// An action that no single command carries out.
    pub fn edit(action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            command: None,
            deed: None,
        }
    }

    /// The same action where its values are examples: nothing for a program.
    #[must_use]
    pub fn by_hand(mut self) -> Self {
        self.deed = None;
        self
    }

    /// The same action, which a program could do as well.
    #[must_use]
    pub fn doing(mut self, deed: Deed) -> Self {
        self.deed = Some(Box::new(deed));
        self
    }

    /// The same action, finished by `command` where there is one.
    #[must_use]
    pub fn then(mut self, command: Option<String>) -> Self {
        self.command = command;
        self
    }
}

/// One proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What kind of thing was read.
    pub kind: EvidenceKind,
    /// Where: a container's name, a URL, a file.
    pub source: String,
    /// What stood there, redacted.
    pub text: String,
    /// When it was said, where it carries a time.
    pub at: Option<Timestamp>,
    /// Where it stands in a file, where it was read from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// The file, as a person would open it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl Location {
    /// A place in `file`.
    pub fn new(file: impl Into<String>, line: u32, column: u32) -> Self {
        Self {
            file: file.into(),
            line,
            column,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The kinds of things that prove a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A field of the container's description by the engine.
    Container,
    /// An environment variable of the container.
    Variable,
    /// A line of the container's log.
    Log,
    /// An answer over HTTP.
    Http,
    /// A counter.
    Metric,
    /// A setting in a configuration file.
    Configuration,
    /// Something that the engine reported.
    Event,
    /// A lookup that found nothing.
    Search,
    /// A socket of a container's network namespace.
    Socket,
    /// What was met on the way from a container's network namespace.
    Network,
}

impl fmt::Display for EvidenceKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Container => "container",
            Self::Variable => "variable",
            Self::Log => "log",
            Self::Http => "http",
            Self::Metric => "metric",
            Self::Configuration => "config",
            Self::Event => "event",
            Self::Search => "search",
            Self::Socket => "socket",
            Self::Network => "network",
        })
    }
}

impl Evidence {
    /// A proof without a time of its own.
    pub fn new(kind: EvidenceKind, source: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            kind,
            source: source.into(),
            text: text.into(),
            at: None,
            location: None,
        }
    }

    /// A line of the log of the container `source`.
    pub fn log(source: impl Into<String>, line: &LogLine) -> Self {
        Self {
            kind: EvidenceKind::Log,
            source: source.into(),
            text: line.text.clone(),
            at: line.at,
            location: None,
        }
    }

    /// A setting at a place in a file, as it is written there.
    pub fn setting(location: Location, text: impl Into<String>) -> Self {
        Self {
            kind: EvidenceKind::Configuration,
            source: location.to_string(),
            text: text.into(),
            at: None,
            location: Some(location),
        }
    }

    /// The same proof with the time at which it was said.
    #[must_use]
    pub fn at(mut self, at: Option<Timestamp>) -> Self {
        self.at = at;
        self
    }
}

//! What is expected of an answer, a trace, logs and counters.

use std::fmt;

use jiff::SignedDuration;
use serde_json::Value as Json;

use super::pattern::Pattern;
use crate::{finding::Location, trace::SpanKind};

/// Something that is expected, and where that is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// What.
    pub what: What,
    /// Where it is written; `None` for one of the command line, and for one that holds without being written.
    pub place: Option<Location>,
}

/// What can be expected.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The answer has one of these statuses.
    Status(Vec<StatusPattern>),
    /// The body of the answer holds this text.
    Body(String),
    /// The trace has a span of this service.
    Service(String),
    /// A span of one service has a child of the other.
    Edge {
        /// The caller.
        from: String,
        /// The called.
        to: String,
    },
    /// Every span's parent is in the trace, but for what the request itself names.
    NoOrphans,
    /// No span has the status error.
    NoErrors,
    /// From the first span's start to the last one's end.
    Duration(TimeRange),
    /// There are such spans.
    Span(Box<SpanExpectation>),
    /// A line in the log of this Compose service or container carries the trace id.
    Log(String),
    /// Nobody who counts spans refused or dropped any meanwhile.
    NoLosses,
}

/// A status of HTTP, or a class of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusPattern {
    /// Exactly this one.
    Exactly(u16),
    /// Any of its hundred: `2` for `2xx`.
    Class(u16),
    /// Any below 400, where nothing else is written.
    NoError,
}

/// Spans that are expected.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanExpectation {
    /// Which they are.
    pub pattern: SpanPattern,
    /// Their kind.
    pub kind: Option<SpanKind>,
    /// Their parent.
    pub parent: Option<Parent>,
    /// Their attributes, or their resource's with `resource.` in front.
    pub attributes: Vec<(String, Pattern)>,
    /// Names of their events.
    pub events: Vec<Pattern>,
    /// Their status.
    pub status: Option<SpanStatus>,
    /// How long they took.
    pub duration: Option<TimeRange>,
    /// How many there are.
    pub count: Count,
}

/// Which spans are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanPattern {
    /// By their name.
    pub name: Option<Pattern>,
    /// By their service.
    pub service: Option<String>,
}

/// What a span's parent is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parent {
    /// No span of the trace: it begins the trace, or it is the first beneath the request.
    None,
    /// Such a span.
    Span(SpanPattern),
}

/// The kinds of spans by their names in a file (<https://opentelemetry.io/docs/specs/otel/trace/api/#spankind>).
pub(super) const KINDS: [(&str, SpanKind); 5] = [
    ("internal", SpanKind::Internal),
    ("server", SpanKind::Server),
    ("client", SpanKind::Client),
    ("producer", SpanKind::Producer),
    ("consumer", SpanKind::Consumer),
];

/// The name of a kind.
pub(super) fn kind_word(kind: SpanKind) -> &'static str {
    let known = KINDS.iter().find(|(_, known)| *known == kind);
    known.map_or("unspecified", |(word, _)| word)
}

/// The status of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanStatus {
    /// Nobody set one.
    Unset,
    /// It was declared good.
    Ok,
    /// It failed.
    Error,
}

/// How long something may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    /// At least.
    pub over: Option<SignedDuration>,
    /// At most.
    pub under: Option<SignedDuration>,
}

/// How many there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// One or more.
    Some,
    /// So many.
    Exactly(usize),
}

impl SpanStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Unset, Self::Ok, Self::Error];

    /// Its name in a file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unset => "unset",
            Self::Ok => "ok",
            Self::Error => "error",
        }
    }
}

impl StatusPattern {
    /// Whether a status is meant.
    pub fn matches(self, status: u16) -> bool {
        match self {
            Self::Exactly(wanted) => status == wanted,
            Self::Class(hundred) => status / 100 == hundred,
            Self::NoError => status < 400,
        }
    }
}

impl TimeRange {
    /// Whether it is in the range.
    pub fn holds(self, took: SignedDuration) -> bool {
        self.over.is_none_or(|least| took >= least) && self.under.is_none_or(|most| took <= most)
    }
}

impl SpanPattern {
    /// Whether a span with this name and service is meant.
    pub fn matches(&self, name: &str, service: &str) -> bool {
        self.name
            .as_ref()
            .is_none_or(|pattern| pattern.matches(name))
            && self.service.as_ref().is_none_or(|wanted| wanted == service)
    }
}

impl What {
    /// Whether it can hold for a while and then no more, since more of the trace arrives.
    pub fn is_about_absence(&self) -> bool {
        match self {
            Self::NoOrphans | Self::NoErrors | Self::Duration(_) => true,
            Self::Span(span) => matches!(span.count, Count::Exactly(_)),
            Self::Status(_)
            | Self::Body(_)
            | Self::Service(_)
            | Self::Edge { .. }
            | Self::Log(_)
            | Self::NoLosses => false,
        }
    }
}

impl fmt::Display for StatusPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(status) => write!(formatter, "{status}"),
            Self::Class(hundred) => write!(formatter, "{hundred}xx"),
            Self::NoError => formatter.write_str("below 400"),
        }
    }
}

impl fmt::Display for SpanPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.name, &self.service) {
            (Some(name), Some(service)) => write!(formatter, "`{name}` of `{service}`"),
            (Some(name), None) => write!(formatter, "`{name}`"),
            (None, Some(service)) => write!(formatter, "of `{service}`"),
            (None, None) => formatter.write_str("of any service"),
        }
    }
}

impl fmt::Display for TimeRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.over, self.under) {
            (Some(over), Some(under)) => write!(formatter, "takes {over:#} to {under:#}"),
            (Some(over), None) => write!(formatter, "takes {over:#} or longer"),
            (None, Some(under)) => write!(formatter, "takes {under:#} at most"),
            (None, None) => formatter.write_str("takes any time"),
        }
    }
}

impl fmt::Display for SpanExpectation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            Count::Some => write!(formatter, "a span {}", self.pattern)?,
            Count::Exactly(0) => write!(formatter, "no span {}", self.pattern)?,
            Count::Exactly(1) => write!(formatter, "exactly 1 span {}", self.pattern)?,
            Count::Exactly(count) => write!(formatter, "exactly {count} spans {}", self.pattern)?,
        }
        if let Some(kind) = self.kind {
            write!(formatter, ", kind {}", kind_word(kind))?;
        }
        match &self.parent {
            Some(Parent::None) => formatter.write_str(", beneath none")?,
            Some(Parent::Span(parent)) => write!(formatter, ", beneath a span {parent}")?,
            None => {}
        }
        for (name, value) in &self.attributes {
            write!(formatter, ", `{name}` = `{value}`")?;
        }
        for event in &self.events {
            write!(formatter, ", event `{event}`")?;
        }
        if let Some(status) = self.status {
            write!(formatter, ", status {}", status.word())?;
        }
        if let Some(duration) = self.duration {
            write!(formatter, ", {duration}")?;
        }
        Ok(())
    }
}

impl fmt::Display for What {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(statuses) => {
                let words: Vec<String> = statuses.iter().map(StatusPattern::to_string).collect();
                write!(formatter, "the answer is HTTP {}", words.join(" or "))
            }
            Self::Body(text) => write!(formatter, "the answer holds {}", Json::from(text.as_str())),
            Self::Service(service) => write!(formatter, "`{service}` has a span in the trace"),
            Self::Edge { from, to } => write!(formatter, "`{from}` calls `{to}` within the trace"),
            Self::NoOrphans => formatter.write_str("no span is an orphan"),
            Self::NoErrors => formatter.write_str("no span has the status error"),
            Self::Duration(range) => write!(formatter, "the trace {range}"),
            Self::Span(span) => span.fmt(formatter),
            Self::Log(service) => write!(formatter, "the log of `{service}` has the trace id"),
            Self::NoLosses => formatter.write_str("no span was refused or dropped meanwhile"),
        }
    }
}

//! One span, as OTLP has it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{SpanId, TraceId};

/// What a span's process says of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resource {
    /// `service.name`.
    pub service: Option<String>,
    /// All its attributes.
    pub attributes: Vec<(String, Value)>,
}

/// One operation. Times are nanoseconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Its id.
    pub id: SpanId,
    /// The id of the span that it is part of.
    pub parent: Option<SpanId>,
    /// Whether it names a parent by what is no span's id. `parent` is `None` then.
    pub parent_is_unreadable: bool,
    /// Who recorded it.
    pub resource: Arc<Resource>,
    /// The library that recorded it.
    pub scope: Option<Arc<str>>,
    /// What was done.
    pub name: String,
    /// Its side of a call.
    pub kind: SpanKind,
    /// When it began.
    pub start: u64,
    /// When it ended.
    pub end: u64,
    /// How it ended.
    pub status: Status,
    /// What is said of it.
    pub attributes: Vec<(String, Value)>,
    /// What happened within it.
    pub events: Vec<Event>,
    /// Other spans that it names.
    pub links: Vec<Link>,
}

/// Its id, kind, start, name and service.
pub type SpanIdentity = (SpanId, SpanKind, u64, String, Option<String>);

/// The side of a call that a span tells of.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// Not said.
    #[default]
    Unspecified,
    /// No call.
    Internal,
    /// The one that answers.
    Server,
    /// The one that asks.
    Client,
    /// The one that sends a message.
    Producer,
    /// The one that receives a message.
    Consumer,
}

/// How a span ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Not said.
    #[default]
    Unset,
    /// Declared to be good.
    Ok,
    /// Failed, with its message, which may be empty.
    Error(String),
}

/// Something that happened within a span.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When, in nanoseconds since 1970.
    pub at: u64,
    /// What.
    pub name: String,
    /// What is said of it.
    pub attributes: Vec<(String, Value)>,
}

/// A span of this or another trace that has to do with this one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Link {
    /// Its trace.
    pub trace_id: TraceId,
    /// The span.
    pub span_id: SpanId,
}

impl SpanKind {
    /// It in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }
}

impl Span {
    /// The name of its service, where its resource has one.
    pub fn service(&self) -> Option<&str> {
        self.resource.service.as_deref()
    }

    /// Whether it says when it ran: from a moment to no earlier one.
    pub fn is_timed(&self) -> bool {
        0 < self.start && self.start <= self.end
    }

    /// When it ended, and when it began where it does not say when it ran.
    pub fn end(&self) -> u64 {
        if self.is_timed() {
            self.end
        } else {
            self.start
        }
    }

    /// How long it took, in nanoseconds; 0 where it does not say when it ran.
    pub fn duration(&self) -> u64 {
        self.end() - self.start
    }

    /// What is the same in every copy of it. A client and a server may share one id.
    pub fn identity(&self) -> SpanIdentity {
        let service = self.service().map(str::to_owned);
        (self.id, self.kind, self.start, self.name.clone(), service)
    }

    /// Whether it failed.
    pub fn has_failed(&self) -> bool {
        matches!(self.status, Status::Error(_))
    }

    /// Why it failed: its message, else the exception that it recorded; `None` where it did not fail or does not say.
    pub fn failure(&self) -> Option<String> {
        let Status::Error(message) = &self.status else {
            return None;
        };
        if !message.is_empty() {
            return Some(message.clone());
        }
        let exception = self.events.iter().find(|event| event.name == "exception")?;
        let text = |key: &str| {
            let attribute = exception.attributes.iter().find(|(name, _)| name == key)?;
            attribute.1.as_str()
        };
        match (text("exception.type"), text("exception.message")) {
            (Some(kind), Some(message)) => Some(format!("{kind}: {message}")),
            (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
            (None, None) => None,
        }
    }
}

//! What a query says.

use std::fmt;
use std::time::Duration;

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

use regex::Regex;

use crate::config::format_go_duration;

/// A query: which spans of a trace are wanted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    pub(crate) spanset: Spanset,
    /// What is done with the spans, in order.
    pub(crate) pipeline: Vec<Stage>,
}

/// What is done with the spans that were found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stage {
    /// `count() > 3`: only a trace with so many of them matches.
    Count(Operator, i64),
    /// `select(span.a)`: these are shown as well.
    Select(Vec<Field>),
}

/// Sets of spans of one trace.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Spanset {
    /// `{ … }`: the spans for which the filter holds.
    Filter(Filter),
    /// `a && b`: the spans of both, if neither is empty.
    And(Box<Spanset>, Box<Spanset>),
    /// `a || b`: the spans of either.
    Or(Box<Spanset>, Box<Spanset>),
    /// `a > b`, `a >> b`: the spans of the right side that are below one of the left side.
    Below(Box<Spanset>, Relation, Box<Spanset>),
}

/// How far below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// `>`
    Child,
    /// `>>`
    Descendant,
}

/// A condition on one span.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    /// `{ }`, which every span meets.
    Everything,
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    /// A field or value that stands alone and must be true.
    Truth(Operand),
    Compare {
        left: Operand,
        operator: Operator,
        right: Operand,
    },
    /// `=~`, `!~`: whether a text matches as a whole.
    Match {
        left: Operand,
        matching: Matching,
        pattern: Pattern,
    },
}

/// Which texts are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matching {
    /// Those that match.
    Matches,
    /// Those that do not.
    MatchesNot,
}

impl Matching {
    /// The operator as it is written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Matches => "=~",
            Self::MatchesNot => "!~",
        }
    }
}

/// A regular expression for a whole text.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(Regex);

impl Pattern {
    /// Reads an expression.
    pub(crate) fn new(text: &str) -> Result<Self, regex::Error> {
        Regex::new(&format!("^(?:{text})$")).map(Self)
    }

    /// Whether a whole text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

/// A side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Field(Field),
    Static(Static),
}

/// How two sides are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Operator {
    /// The operator as it is written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }
}

/// Something that a span has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Field {
    Intrinsic(Intrinsic),
    Attribute(Attribute),
}

/// An attribute by scope and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) scope: Scope,
    pub(crate) key: String,
}

/// Where an attribute is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// `.key`: on the span, else on its resource.
    Any,
    Span,
    Resource,
    Event,
    Link,
    Instrumentation,
}

impl Scope {
    /// The scope that a word before a dot names.
    pub(crate) fn named(word: &str) -> Option<Self> {
        match word {
            "span" => Some(Self::Span),
            "resource" => Some(Self::Resource),
            "event" => Some(Self::Event),
            "link" => Some(Self::Link),
            "instrumentation" => Some(Self::Instrumentation),
            _ => None,
        }
    }
}

/// What every span has, and what its trace has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intrinsic {
    Name,
    Status,
    StatusMessage,
    Kind,
    Duration,
    SpanId,
    ParentId,
    TraceId,
    TraceDuration,
    RootName,
    RootServiceName,
    EventName,
    EventTimeSinceStart,
    LinkSpanId,
    LinkTraceId,
    InstrumentationName,
    InstrumentationVersion,
}

/// Every way to write an intrinsic, in the order in which Tempo lists them.
const INTRINSIC_NAMES: [(&str, Intrinsic); 24] = [
    ("duration", Intrinsic::Duration),
    ("event:name", Intrinsic::EventName),
    ("event:timeSinceStart", Intrinsic::EventTimeSinceStart),
    ("instrumentation:name", Intrinsic::InstrumentationName),
    ("instrumentation:version", Intrinsic::InstrumentationVersion),
    ("kind", Intrinsic::Kind),
    ("link:spanID", Intrinsic::LinkSpanId),
    ("link:traceID", Intrinsic::LinkTraceId),
    ("name", Intrinsic::Name),
    ("rootName", Intrinsic::RootName),
    ("rootServiceName", Intrinsic::RootServiceName),
    ("span:duration", Intrinsic::Duration),
    ("span:id", Intrinsic::SpanId),
    ("span:kind", Intrinsic::Kind),
    ("span:name", Intrinsic::Name),
    ("span:parentID", Intrinsic::ParentId),
    ("span:status", Intrinsic::Status),
    ("span:statusMessage", Intrinsic::StatusMessage),
    ("status", Intrinsic::Status),
    ("statusMessage", Intrinsic::StatusMessage),
    ("trace:duration", Intrinsic::TraceDuration),
    ("trace:id", Intrinsic::TraceId),
    ("trace:rootName", Intrinsic::RootName),
    ("trace:rootService", Intrinsic::RootServiceName),
];
/// One more spelling, which Tempo lists last.
const TRACE_DURATION_NAME: &str = "traceDuration";

/// The names of all intrinsics, in the order in which Tempo lists them.
pub(crate) fn intrinsic_names() -> impl Iterator<Item = &'static str> {
    INTRINSIC_NAMES
        .iter()
        .map(|(name, _)| *name)
        .chain([TRACE_DURATION_NAME])
}

impl Intrinsic {
    /// The intrinsic that a word names.
    pub(crate) fn named(word: &str) -> Option<Self> {
        if word == TRACE_DURATION_NAME {
            return Some(Self::TraceDuration);
        }
        INTRINSIC_NAMES
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, intrinsic)| *intrinsic)
    }

    /// Whether it is the same for all spans of a trace, and so needs the whole trace.
    pub(crate) fn is_of_trace(self) -> bool {
        matches!(
            self,
            Self::TraceDuration | Self::RootName | Self::RootServiceName
        )
    }
}

/// A value that is written in a query or that a span has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Static {
    Nil,
    Text(String),
    Integer(i64),
    Float(f64),
    Truth(bool),
    Duration(Duration),
    Status(StatusCode),
    Kind(SpanKind),
}

impl Query {
    /// Whether parts of a trace are not enough to decide about it.
    pub(crate) fn needs_whole_trace(&self) -> bool {
        if self
            .pipeline
            .iter()
            .any(|stage| matches!(stage, Stage::Count(..)))
        {
            return true;
        }
        match &self.spanset {
            Spanset::Filter(filter) => filter.fields().iter().any(
                |field| matches!(field, Field::Intrinsic(intrinsic) if intrinsic.is_of_trace()),
            ),
            Spanset::And(..) | Spanset::Or(..) | Spanset::Below(..) => true,
        }
    }

    /// Every field that the query asks about, each once, in order.
    pub(crate) fn fields(&self) -> Vec<Field> {
        let mut fields = Vec::new();
        self.spanset.collect_fields(&mut fields);
        for stage in &self.pipeline {
            if let Stage::Select(selected) = stage {
                for field in selected {
                    if !fields.contains(field) {
                        fields.push(field.clone());
                    }
                }
            }
        }
        fields
    }
}

impl Spanset {
    fn collect_fields(&self, fields: &mut Vec<Field>) {
        match self {
            Self::Filter(filter) => filter.collect_fields(fields),
            Self::And(left, right) | Self::Or(left, right) | Self::Below(left, _, right) => {
                left.collect_fields(fields);
                right.collect_fields(fields);
            }
        }
    }
}

impl Filter {
    fn fields(&self) -> Vec<Field> {
        let mut fields = Vec::new();
        self.collect_fields(&mut fields);
        fields
    }

    fn collect_fields(&self, fields: &mut Vec<Field>) {
        match self {
            Self::Everything => {}
            Self::And(left, right) | Self::Or(left, right) => {
                left.collect_fields(fields);
                right.collect_fields(fields);
            }
            Self::Not(inner) => inner.collect_fields(fields),
            Self::Truth(operand) | Self::Match { left: operand, .. } => {
                operand.collect_field(fields);
            }
            Self::Compare { left, right, .. } => {
                left.collect_field(fields);
                right.collect_field(fields);
            }
        }
    }
}

impl Operand {
    fn collect_field(&self, fields: &mut Vec<Field>) {
        if let Self::Field(field) = self
            && !fields.contains(field)
        {
            fields.push(field.clone());
        }
    }
}

impl fmt::Display for Static {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nil => formatter.write_str("nil"),
            Self::Text(text) => formatter.write_str(text),
            Self::Integer(number) => write!(formatter, "{number}"),
            Self::Float(number) => write!(formatter, "{number}"),
            Self::Truth(truth) => write!(formatter, "{truth}"),
            Self::Duration(duration) => formatter.write_str(&format_go_duration(*duration)),
            Self::Status(status) => formatter.write_str(match status {
                StatusCode::Unset => "unset",
                StatusCode::Ok => "ok",
                StatusCode::Error => "error",
            }),
            Self::Kind(kind) => formatter.write_str(match kind {
                SpanKind::Unspecified => "unspecified",
                SpanKind::Internal => "internal",
                SpanKind::Server => "server",
                SpanKind::Client => "client",
                SpanKind::Producer => "producer",
                SpanKind::Consumer => "consumer",
            }),
        }
    }
}

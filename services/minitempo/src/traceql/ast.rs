//! What a query says.

use std::fmt;
use std::time::Duration;

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

use super::intrinsic::Intrinsic;
use super::pattern::{Matching, Pattern};
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
    /// `a && b`: the spans of either, if neither is empty.
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

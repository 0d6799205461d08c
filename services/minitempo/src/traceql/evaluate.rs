//! A query against the spans of a trace.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};

use super::ast::{
    Attribute, Field, Filter, Intrinsic, Matching, Operand, Operator, Query, Relation, Scope,
    Spanset, Stage, Static,
};
use crate::query::{SpanView, TraceView, hexadecimal};

/// The spans that a query wants, as their places in the trace, in order; none if the trace does not match.
pub(crate) fn matching_spans(query: &Query, trace: &TraceView<'_>) -> Vec<usize> {
    let spans = select(&query.spanset, trace);
    let count = i64::try_from(spans.len()).unwrap_or(i64::MAX);
    let is_wanted = query.pipeline.iter().all(|stage| match stage {
        Stage::Count(operator, number) => compare(
            &Static::Integer(count),
            *operator,
            &Static::Integer(*number),
        ),
        Stage::Select(_) => true,
    });
    if is_wanted {
        spans.into_iter().collect()
    } else {
        Vec::new()
    }
}

fn select(spanset: &Spanset, trace: &TraceView<'_>) -> BTreeSet<usize> {
    match spanset {
        Spanset::Filter(filter) => (0..trace.spans.len())
            .filter(|index| holds(filter, &trace.spans[*index], trace))
            .collect(),
        Spanset::And(left, right) => {
            let (left, right) = (select(left, trace), select(right, trace));
            if left.is_empty() || right.is_empty() {
                BTreeSet::new()
            } else {
                &left | &right
            }
        }
        Spanset::Or(left, right) => &select(left, trace) | &select(right, trace),
        Spanset::Below(above, relation, below) => {
            let (above, below) = (select(above, trace), select(below, trace));
            if above.is_empty() || below.is_empty() {
                return BTreeSet::new();
            }
            let parents = parents(trace);
            below
                .into_iter()
                .filter(|span| is_below(*span, *relation, &above, &parents))
                .collect()
        }
    }
}

/// The place of each span's parent.
fn parents(trace: &TraceView<'_>) -> Vec<Option<usize>> {
    let places: HashMap<&[u8], usize> = trace
        .spans
        .iter()
        .enumerate()
        .map(|(place, view)| (view.span.span_id.as_slice(), place))
        .collect();
    trace
        .spans
        .iter()
        .map(|view| places.get(view.span.parent_span_id.as_slice()).copied())
        .collect()
}

fn is_below(
    span: usize,
    relation: Relation,
    above: &BTreeSet<usize>,
    parents: &[Option<usize>],
) -> bool {
    let mut ancestors = std::iter::successors(parents[span], |ancestor| parents[*ancestor]);
    match relation {
        Relation::Child => ancestors
            .next()
            .is_some_and(|parent| above.contains(&parent)),
        // Parents that form a loop have no end.
        Relation::Descendant => ancestors
            .take(parents.len())
            .any(|ancestor| above.contains(&ancestor)),
    }
}

fn holds(filter: &Filter, span: &SpanView<'_>, trace: &TraceView<'_>) -> bool {
    match filter {
        Filter::Everything => true,
        Filter::And(left, right) => holds(left, span, trace) && holds(right, span, trace),
        Filter::Or(left, right) => holds(left, span, trace) || holds(right, span, trace),
        Filter::Not(inner) => !holds(inner, span, trace),
        Filter::Truth(operand) => {
            operand_values(operand, span, trace).contains(&Static::Truth(true))
        }
        Filter::Compare {
            left,
            operator,
            right,
        } => compare_all(
            &operand_values(left, span, trace),
            *operator,
            &operand_values(right, span, trace),
        ),
        Filter::Match {
            left,
            matching,
            pattern,
        } => {
            let values = operand_values(left, span, trace);
            let mut texts = values.iter().filter_map(|value| match value {
                Static::Text(text) => Some(text.as_str()),
                _ => None,
            });
            match matching {
                Matching::Matches => texts.any(|text| pattern.matches(text)),
                Matching::MatchesNot => {
                    !values.is_empty() && !texts.any(|text| pattern.matches(text))
                }
            }
        }
    }
}

/// A field with several values equals what one of them equals, and differs from what none of them equals.
fn compare_all(left: &[Static], operator: Operator, right: &[Static]) -> bool {
    let nil = [Static::Nil];
    let is_nil = |values: &[Static]| values == nil;
    if is_nil(left) || is_nil(right) {
        let other = if is_nil(left) { right } else { left };
        let other_is_missing = other.is_empty() || is_nil(other);
        return match operator {
            Operator::Equal => other_is_missing,
            Operator::NotEqual => !other_is_missing,
            _ => false,
        };
    }
    if left.is_empty() || right.is_empty() {
        return false;
    }
    let pairs = || left.iter().flat_map(|a| right.iter().map(move |b| (a, b)));
    match operator {
        Operator::NotEqual => pairs().all(|(a, b)| order(a, b) != Some(Ordering::Equal)),
        _ => pairs().any(|(a, b)| compare(a, operator, b)),
    }
}

fn compare(left: &Static, operator: Operator, right: &Static) -> bool {
    let Some(order) = order(left, right) else {
        return false;
    };
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
    }
}

/// How two values of the same type compare; `None` if their types do not fit.
fn order(left: &Static, right: &Static) -> Option<Ordering> {
    match (left, right) {
        (Static::Text(a), Static::Text(b)) => Some(a.cmp(b)),
        (Static::Integer(a), Static::Integer(b)) => Some(a.cmp(b)),
        (Static::Truth(a), Static::Truth(b)) => Some(a.cmp(b)),
        (Static::Duration(a), Static::Duration(b)) => Some(a.cmp(b)),
        (Static::Status(a), Static::Status(b)) => Some((*a as i32).cmp(&(*b as i32))),
        (Static::Kind(a), Static::Kind(b)) => Some((*a as i32).cmp(&(*b as i32))),
        _ => number(left)?.partial_cmp(&number(right)?),
    }
}

/// A number for comparison with one of another kind; an attribute in nanoseconds compares with a duration.
#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of different kinds are compared as floating-point numbers, as in Tempo"
)]
fn number(value: &Static) -> Option<f64> {
    match value {
        Static::Integer(number) => Some(*number as f64),
        Static::Float(number) => Some(*number),
        Static::Duration(duration) => Some(duration.as_nanos() as f64),
        Static::Nil | Static::Text(_) | Static::Truth(_) | Static::Status(_) | Static::Kind(_) => {
            None
        }
    }
}

fn operand_values(operand: &Operand, span: &SpanView<'_>, trace: &TraceView<'_>) -> Vec<Static> {
    match operand {
        Operand::Static(value) => vec![value.clone()],
        Operand::Field(field) => values_of(field, span, trace),
    }
}

/// The values of a field of a span; none if it has no such field.
pub(crate) fn values_of(field: &Field, span: &SpanView<'_>, trace: &TraceView<'_>) -> Vec<Static> {
    match field {
        Field::Intrinsic(intrinsic) => intrinsic_values(*intrinsic, span, trace),
        Field::Attribute(attribute) => attribute_values(attribute, span),
    }
}

fn intrinsic_values(
    intrinsic: Intrinsic,
    view: &SpanView<'_>,
    trace: &TraceView<'_>,
) -> Vec<Static> {
    let span = view.span;
    let text = |text: &str| Static::Text(text.to_owned());
    let one = match intrinsic {
        Intrinsic::Name => text(&span.name),
        Intrinsic::Status => Static::Status(view.status()),
        Intrinsic::StatusMessage => {
            return span
                .status
                .iter()
                .map(|status| text(&status.message))
                .collect();
        }
        Intrinsic::Kind => Static::Kind(span.kind()),
        Intrinsic::Duration => Static::Duration(view.duration()),
        Intrinsic::SpanId => Static::Text(hexadecimal(&span.span_id)),
        Intrinsic::ParentId => Static::Text(hexadecimal(&span.parent_span_id)),
        Intrinsic::TraceId => Static::Text(hexadecimal(&span.trace_id)),
        Intrinsic::TraceDuration => Static::Duration(trace.duration()),
        Intrinsic::RootName => return trace.root_name().into_iter().map(text).collect(),
        Intrinsic::RootServiceName => {
            return trace.root_service_name().into_iter().map(text).collect();
        }
        Intrinsic::EventName => return span.events.iter().map(|e| text(&e.name)).collect(),
        Intrinsic::EventTimeSinceStart => {
            return span
                .events
                .iter()
                .map(|event| {
                    let since = event
                        .time_unix_nano
                        .saturating_sub(span.start_time_unix_nano);
                    Static::Duration(Duration::from_nanos(since))
                })
                .collect();
        }
        Intrinsic::LinkSpanId => {
            let ids = span.links.iter().map(|link| hexadecimal(&link.span_id));
            return ids.map(Static::Text).collect();
        }
        Intrinsic::LinkTraceId => {
            let ids = span.links.iter().map(|link| hexadecimal(&link.trace_id));
            return ids.map(Static::Text).collect();
        }
        Intrinsic::InstrumentationName => {
            return view.scope.iter().map(|scope| text(&scope.name)).collect();
        }
        Intrinsic::InstrumentationVersion => {
            return view
                .scope
                .iter()
                .map(|scope| text(&scope.version))
                .collect();
        }
    };
    vec![one]
}

fn attribute_values(attribute: &Attribute, view: &SpanView<'_>) -> Vec<Static> {
    let of = |attributes: &[KeyValue]| find(attributes, &attribute.key);
    match attribute.scope {
        Scope::Span => of(&view.span.attributes),
        Scope::Resource => of(view.resource_attributes()),
        Scope::Any => {
            let on_span = of(&view.span.attributes);
            if on_span.is_empty() {
                of(view.resource_attributes())
            } else {
                on_span
            }
        }
        Scope::Event => view
            .span
            .events
            .iter()
            .flat_map(|event| of(&event.attributes))
            .collect(),
        Scope::Link => view
            .span
            .links
            .iter()
            .flat_map(|link| of(&link.attributes))
            .collect(),
        Scope::Instrumentation => view
            .scope
            .iter()
            .flat_map(|scope| of(&scope.attributes))
            .collect(),
    }
}

fn find(attributes: &[KeyValue], key: &str) -> Vec<Static> {
    attributes
        .iter()
        .find(|attribute| attribute.key == key)
        .and_then(|attribute| attribute.value.as_ref())
        .map(statics)
        .unwrap_or_default()
}

/// The values of an attribute; an array has each of its elements, a list of keys none.
fn statics(value: &AnyValue) -> Vec<Static> {
    match &value.value {
        Some(Value::StringValue(text)) => vec![Static::Text(text.clone())],
        Some(Value::BoolValue(truth)) => vec![Static::Truth(*truth)],
        Some(Value::IntValue(number)) => vec![Static::Integer(*number)],
        Some(Value::DoubleValue(number)) => vec![Static::Float(*number)],
        Some(Value::ArrayValue(array)) => array.values.iter().flat_map(statics).collect(),
        Some(Value::KvlistValue(_) | Value::BytesValue(_) | Value::StringValueStrindex(_))
        | None => Vec::new(),
    }
}

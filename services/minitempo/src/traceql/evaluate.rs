//! A query against the spans of a trace.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use super::ast::{Filter, Operator, Query, Relation, Spanset, Stage, Static};
use super::pattern::Matching;
use super::values::operand_values;
use crate::query::{SpanView, TraceView};

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
            let mut ways = vec![Way::Unknown; parents.len()];
            below
                .into_iter()
                .filter(|span| match relation {
                    Relation::Child => parents[*span].is_some_and(|parent| above.contains(&parent)),
                    Relation::Descendant => is_below(*span, &above, &parents, &mut ways),
                })
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

/// What is known of the way up from a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Unknown,
    /// Being walked: who comes here again is in a loop.
    Walked,
    /// It leads to a span that is wanted, or does not.
    Known(bool),
}

/// Whether a span is below one of `above`. Every way is walked once, be it ever so long.
fn is_below(
    span: usize,
    above: &BTreeSet<usize>,
    parents: &[Option<usize>],
    ways: &mut [Way],
) -> bool {
    let mut walked = Vec::new();
    let mut at = span;
    let found = loop {
        match ways[at] {
            Way::Known(found) => break found,
            Way::Walked => break false,
            Way::Unknown => {}
        }
        ways[at] = Way::Walked;
        walked.push(at);
        match parents[at] {
            None => break false,
            Some(parent) if above.contains(&parent) => break true,
            Some(parent) => at = parent,
        }
    };
    for at in walked {
        ways[at] = Way::Known(found);
    }
    found
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
            let texts: Vec<&str> = values
                .iter()
                .filter_map(|value| match value {
                    Static::Text(text) => Some(text.as_str()),
                    _ => None,
                })
                .collect();
            let matches = texts.iter().any(|text| pattern.matches(text));
            match matching {
                Matching::Matches => matches,
                // What is no text neither matches nor does not.
                Matching::MatchesNot => !texts.is_empty() && !matches,
            }
        }
    }
}

/// A field with several values equals what one of them equals, and differs from what none of them equals. What is of
/// another type is neither equal nor different.
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
        Operator::NotEqual => {
            let mut orders = pairs().filter_map(|(a, b)| order(a, b)).peekable();
            orders.peek().is_some() && orders.all(Ordering::is_ne)
        }
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

#[cfg(test)]
mod tests;

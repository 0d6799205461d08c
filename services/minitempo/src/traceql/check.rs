//! Comparisons of intrinsics with values of another type, which could never hold, are refused as Tempo refuses them.

use super::ast::{Field, Filter, Operand, Operator, Query, Spanset, Static};
use super::error::ParseError;
use super::intrinsic::Intrinsic;

/// The types that values have before any span is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Number,
    Truth,
    Duration,
    Status,
    Kind,
}

/// Refuses a query in which two sides of a comparison have types that do not fit.
pub(super) fn check(query: &Query) -> Result<(), ParseError> {
    check_spanset(&query.spanset)
}

fn check_spanset(spanset: &Spanset) -> Result<(), ParseError> {
    match spanset {
        Spanset::Filter(filter) => check_filter(filter),
        Spanset::And(left, right) | Spanset::Or(left, right) | Spanset::Below(left, _, right) => {
            check_spanset(left)?;
            check_spanset(right)
        }
    }
}

fn check_filter(filter: &Filter) -> Result<(), ParseError> {
    match filter {
        Filter::Everything => Ok(()),
        Filter::And(left, right) | Filter::Or(left, right) => {
            check_filter(left)?;
            check_filter(right)
        }
        Filter::Not(inner) => check_filter(inner),
        Filter::Truth(operand) => match type_of(operand) {
            None | Some(Type::Truth) => Ok(()),
            Some(_) => Err(ParseError::Meaning(
                "span filter field expressions must resolve to a boolean".to_owned(),
            )),
        },
        Filter::Compare {
            left,
            operator,
            right,
        } => check_comparison(left, *operator, right),
        Filter::Match { left, matching, .. } => match type_of(left) {
            None | Some(Type::Text) => Ok(()),
            Some(other) => Err(ParseError::Meaning(format!(
                "binary operations must operate on the same type: {} {} string",
                name_of(other),
                matching.symbol()
            ))),
        },
    }
}

fn check_comparison(left: &Operand, operator: Operator, right: &Operand) -> Result<(), ParseError> {
    let (Some(left_type), Some(right_type)) = (type_of(left), type_of(right)) else {
        return Ok(());
    };
    if left_type != right_type {
        return Err(ParseError::Meaning(format!(
            "binary operations must operate on the same type: {} {} {}",
            name_of(left_type),
            operator.symbol(),
            name_of(right_type)
        )));
    }
    let is_ordered = matches!(left_type, Type::Text | Type::Number | Type::Duration);
    let is_equality = matches!(operator, Operator::Equal | Operator::NotEqual);
    if !is_ordered && !is_equality {
        return Err(ParseError::Meaning(format!(
            "illegal operation for the given types: {} {} {}",
            name_of(left_type),
            operator.symbol(),
            name_of(right_type)
        )));
    }
    Ok(())
}

/// The type of a side; `None` if only the span can tell.
fn type_of(operand: &Operand) -> Option<Type> {
    match operand {
        Operand::Field(Field::Attribute(_)) | Operand::Static(Static::Nil) => None,
        Operand::Field(Field::Intrinsic(intrinsic)) => Some(match intrinsic {
            Intrinsic::Duration | Intrinsic::TraceDuration | Intrinsic::EventTimeSinceStart => {
                Type::Duration
            }
            Intrinsic::Status => Type::Status,
            Intrinsic::Kind => Type::Kind,
            Intrinsic::Name
            | Intrinsic::StatusMessage
            | Intrinsic::SpanId
            | Intrinsic::ParentId
            | Intrinsic::TraceId
            | Intrinsic::RootName
            | Intrinsic::RootServiceName
            | Intrinsic::EventName
            | Intrinsic::LinkSpanId
            | Intrinsic::LinkTraceId
            | Intrinsic::InstrumentationName
            | Intrinsic::InstrumentationVersion => Type::Text,
        }),
        Operand::Static(value) => Some(match value {
            Static::Nil => return None,
            Static::Text(_) => Type::Text,
            Static::Integer(_) | Static::Float(_) => Type::Number,
            Static::Truth(_) => Type::Truth,
            Static::Duration(_) => Type::Duration,
            Static::Status(_) => Type::Status,
            Static::Kind(_) => Type::Kind,
        }),
    }
}

fn name_of(kind: Type) -> &'static str {
    match kind {
        Type::Text => "string",
        Type::Number => "number",
        Type::Truth => "boolean",
        Type::Duration => "duration",
        Type::Status => "status",
        Type::Kind => "kind",
    }
}

#[cfg(test)]
mod tests {
    use super::super::parser::parse;

    #[test]
    fn comparisons_that_can_never_hold_are_refused() {
        for text in [
            "{ duration > 100 }",
            "{ status = \"error\" }",
            "{ name = 1 }",
            "{ status > ok }",
            "{ name }",
            "{ duration =~ \"1.*\" }",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}

//! What a span has under the names that a query uses.

use std::time::Duration;

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};

use super::ast::{Attribute, Field, Operand, Scope, Static};
use super::intrinsic::Intrinsic;
use crate::query::{SpanView, TraceView, hexadecimal};

/// The values of one side of a comparison.
pub(super) fn operand_values(
    operand: &Operand,
    span: &SpanView<'_>,
    trace: &TraceView<'_>,
) -> Vec<Static> {
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

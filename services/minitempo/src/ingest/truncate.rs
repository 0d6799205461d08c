//! Attribute values cut to the longest that is stored.

use opentelemetry_proto::tonic::common::v1::{
    AnyValue, InstrumentationScope, KeyValue, any_value::Value,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;

/// The longest attribute key or value that is stored, in bytes (Tempo's `distributor.max_attribute_bytes`).
pub(crate) const MAX_ATTRIBUTE_BYTES: usize = 2048;

/// Where an attribute was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum AttributeScope {
    Resource,
    Scope,
    Span,
    Event,
    Link,
}

impl AttributeScope {
    /// The label value that Tempo uses.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Scope => "scope",
            Self::Span => "span",
            Self::Event => "event",
            Self::Link => "link",
        }
    }
}

/// The first value that was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Example {
    pub(crate) scope: AttributeScope,
    pub(crate) name: String,
    pub(crate) field: &'static str,
    pub(crate) bytes: usize,
}

/// What was cut.
#[derive(Debug, Default)]
pub(crate) struct Truncated {
    counts: [u64; 5],
    pub(crate) example: Option<Example>,
}

impl Truncated {
    /// How many keys and values were cut, by where they were.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (AttributeScope, u64)> {
        [
            AttributeScope::Resource,
            AttributeScope::Scope,
            AttributeScope::Span,
            AttributeScope::Event,
            AttributeScope::Link,
        ]
        .into_iter()
        .zip(self.counts)
    }

    /// How many keys and values were cut in all.
    pub(crate) fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Cuts the attributes of a resource; says whether there was anything to cut.
    pub(crate) fn cut_resource(&mut self, resource: &mut Resource) -> bool {
        self.cut_all(AttributeScope::Resource, &mut resource.attributes)
    }

    /// Cuts the attributes of a scope; says whether there was anything to cut.
    pub(crate) fn cut_scope(&mut self, scope: &mut InstrumentationScope) -> bool {
        self.cut_all(AttributeScope::Scope, &mut scope.attributes)
    }

    /// Cuts the attributes of a span, its events and links; says whether there was anything to cut.
    pub(crate) fn cut_span(&mut self, span: &mut Span) -> bool {
        let mut any = self.cut_all(AttributeScope::Span, &mut span.attributes);
        for event in &mut span.events {
            any |= self.cut_all(AttributeScope::Event, &mut event.attributes);
        }
        for link in &mut span.links {
            any |= self.cut_all(AttributeScope::Link, &mut link.attributes);
        }
        any
    }

    fn cut_all(&mut self, scope: AttributeScope, attributes: &mut [KeyValue]) -> bool {
        let before = self.total();
        for attribute in attributes {
            let bytes = attribute.key.len();
            if cut_text(&mut attribute.key) {
                self.note(scope, &attribute.key, "key", bytes);
            }
            if let Some(value) = &mut attribute.value
                && let Some(bytes) = cut_value(value)
            {
                self.note(scope, &attribute.key, "value", bytes);
            }
        }
        self.total() > before
    }

    fn note(&mut self, scope: AttributeScope, name: &str, field: &'static str, bytes: usize) {
        self.counts[scope as usize] += 1;
        self.example.get_or_insert_with(|| Example {
            scope,
            name: name.to_owned(),
            field,
            bytes,
        });
    }
}

/// Cuts a text value; gives its length before, if it was too long.
fn cut_value(value: &mut AnyValue) -> Option<usize> {
    match &mut value.value {
        Some(Value::StringValue(text)) => {
            let bytes = text.len();
            cut_text(text).then_some(bytes)
        }
        Some(Value::BytesValue(content)) if content.len() > MAX_ATTRIBUTE_BYTES => {
            let bytes = content.len();
            content.truncate(MAX_ATTRIBUTE_BYTES);
            Some(bytes)
        }
        _ => None,
    }
}

fn cut_text(text: &mut String) -> bool {
    if text.len() <= MAX_ATTRIBUTE_BYTES {
        return false;
    }
    text.truncate(text.floor_char_boundary(MAX_ATTRIBUTE_BYTES));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_between_characters_and_described() {
        let mut span = Span {
            attributes: vec![KeyValue {
                key: "pad".to_owned(),
                value: Some(AnyValue {
                    value: Some(Value::StringValue("é".repeat(2500))),
                }),
                ..KeyValue::default()
            }],
            ..Span::default()
        };
        let mut truncated = Truncated::default();
        assert!(truncated.cut_span(&mut span));
        let Some(Value::StringValue(text)) = span.attributes[0]
            .value
            .as_ref()
            .and_then(|value| value.value.as_ref())
        else {
            panic!("the value is still a text");
        };
        assert_eq!(text.len(), 2048);
        assert_eq!(truncated.total(), 1);
        let example = truncated.example.expect("an example");
        assert_eq!((example.name.as_str(), example.bytes), ("pad", 5000));
    }
}

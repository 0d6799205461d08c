//! Attribute values: what services put on spans, span events and log lines.
//!
//! These types keep the tracing SDK's own types inside this package.

use opentelemetry::{Array, KeyValue, StringValue};
use serde::Serialize;

/// One attribute: a name, by convention lower-case and dotted, and its value.
///
/// ```
/// use telemetry::Attribute;
///
/// let attributes: [Attribute; 2] = [("key", "a".into()), ("count", 3.into())];
/// # assert_eq!(attributes.len(), 2);
/// ```
pub type Attribute = (&'static str, Value);

/// The value of an attribute, one of the kinds that OTLP knows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Text.
    Text(String),
    /// A signed whole number.
    Integer(i64),
    /// A floating-point number.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// Several texts, in order.
    TextList(Vec<String>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<std::borrow::Cow<'_, str>> for Value {
    fn from(text: std::borrow::Cow<'_, str>) -> Self {
        Self::Text(text.into_owned())
    }
}

impl From<bool> for Value {
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<f32> for Value {
    fn from(number: f32) -> Self {
        Self::Float(f64::from(number))
    }
}

impl From<Vec<String>> for Value {
    fn from(texts: Vec<String>) -> Self {
        Self::TextList(texts)
    }
}

impl From<&[String]> for Value {
    fn from(texts: &[String]) -> Self {
        Self::TextList(texts.to_vec())
    }
}

macro_rules! whole_numbers {
    ($($number:ty),+) => {$(
        impl From<$number> for Value {
            fn from(number: $number) -> Self {
                Self::Integer(i64::from(number))
            }
        }
    )+};
}

whole_numbers!(i8, i16, i32, i64, u8, u16, u32);

/// OTLP has no unsigned numbers: what exceeds `i64::MAX` is recorded as `i64::MAX`.
macro_rules! saturating_numbers {
    ($($number:ty),+) => {$(
        impl From<$number> for Value {
            fn from(number: $number) -> Self {
                Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
    )+};
}

saturating_numbers!(u64, usize, u128);

impl From<Value> for opentelemetry::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Text(text) => Self::String(text.into()),
            Value::Integer(number) => Self::I64(number),
            Value::Float(number) => Self::F64(number),
            Value::Boolean(boolean) => Self::Bool(boolean),
            Value::TextList(texts) => Self::Array(Array::String(
                texts.into_iter().map(StringValue::from).collect(),
            )),
        }
    }
}

/// Turns borrowed attributes into the SDK's own.
pub(crate) fn to_key_values(attributes: &[Attribute]) -> Vec<KeyValue> {
    attributes
        .iter()
        .map(|(name, value)| KeyValue::new(*name, value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsigned_number_beyond_the_signed_range_saturates() {
        assert_eq!(Value::from(u64::MAX), Value::Integer(i64::MAX));
        assert_eq!(Value::from(7_u64), Value::Integer(7));
    }

    #[test]
    fn a_list_of_texts_becomes_an_array_attribute() {
        let value = opentelemetry::Value::from(Value::from(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(
            value,
            opentelemetry::Value::Array(Array::String(vec!["a".into(), "b".into()]))
        );
    }
}

//! Attributes and their values in protobuf's JSON mapping.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JsonAttribute {
    key: String,
    value: JsonValue,
}

impl JsonAttribute {
    pub(super) fn new(key: &str, value: &AnyValue) -> Self {
        Self {
            key: key.to_owned(),
            value: JsonValue::from(value),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum JsonValue {
    StringValue(String),
    BoolValue(bool),
    IntValue(String),
    DoubleValue(JsonDouble),
    ArrayValue(JsonArray),
    KvlistValue(JsonList),
    BytesValue(String),
    #[serde(untagged)]
    Empty {},
}

/// A floating-point number; JSON has no infinities, so protobuf's mapping names them.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(super) enum JsonDouble {
    Finite(f64),
    Named(&'static str),
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct JsonArray {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<JsonValue>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct JsonList {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<JsonAttribute>,
}

/// Turns each of a list into its JSON form.
pub(super) fn all<'source, Source: 'source, Target: From<&'source Source>>(
    sources: &'source [Source],
) -> Vec<Target> {
    sources.iter().map(Target::from).collect()
}

impl From<&KeyValue> for JsonAttribute {
    fn from(source: &KeyValue) -> Self {
        Self {
            key: source.key.clone(),
            value: source
                .value
                .as_ref()
                .map_or(JsonValue::Empty {}, JsonValue::from),
        }
    }
}

impl From<&AnyValue> for JsonValue {
    fn from(source: &AnyValue) -> Self {
        match &source.value {
            None | Some(Value::StringValueStrindex(_)) => Self::Empty {},
            Some(Value::StringValue(text)) => Self::StringValue(text.clone()),
            Some(Value::BoolValue(flag)) => Self::BoolValue(*flag),
            Some(Value::IntValue(number)) => Self::IntValue(number.to_string()),
            Some(Value::DoubleValue(number)) => Self::DoubleValue(JsonDouble::from(*number)),
            Some(Value::ArrayValue(array)) => Self::ArrayValue(JsonArray {
                values: all(&array.values),
            }),
            Some(Value::KvlistValue(list)) => Self::KvlistValue(JsonList {
                values: all(&list.values),
            }),
            Some(Value::BytesValue(bytes)) => Self::BytesValue(STANDARD.encode(bytes)),
        }
    }
}

impl From<f64> for JsonDouble {
    fn from(number: f64) -> Self {
        if number.is_finite() {
            Self::Finite(number)
        } else if number.is_nan() {
            Self::Named("NaN")
        } else if number > 0.0 {
            Self::Named("Infinity")
        } else {
            Self::Named("-Infinity")
        }
    }
}

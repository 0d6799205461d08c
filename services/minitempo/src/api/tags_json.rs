//! Tag names and tag values in JSON, for both versions of the API.

use serde::Serialize;

use crate::query::TagValue;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JsonTagNames {
    pub(super) tag_names: Vec<String>,
    pub(super) metrics: JsonMetrics,
}

#[derive(Debug, Serialize)]
pub(super) struct JsonScopes {
    pub(super) scopes: Vec<JsonScope>,
    pub(super) metrics: JsonMetrics,
}

#[derive(Debug, Serialize)]
pub(super) struct JsonScope {
    pub(super) name: &'static str,
    pub(super) tags: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JsonValuesV1 {
    pub(super) tag_values: Vec<String>,
    pub(super) metrics: JsonMetrics,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JsonValuesV2 {
    pub(super) tag_values: Vec<JsonValue>,
    pub(super) metrics: JsonMetrics,
}

#[derive(Debug, Serialize)]
pub(super) struct JsonValue {
    #[serde(rename = "type")]
    pub(super) value_type: &'static str,
    pub(super) value: String,
}

impl JsonValue {
    pub(super) fn keyword(value: &str) -> Self {
        Self {
            value_type: "keyword",
            value: value.to_owned(),
        }
    }
}

impl From<TagValue> for JsonValue {
    fn from(value: TagValue) -> Self {
        Self {
            value_type: value.value_type,
            value: value.value,
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JsonMetrics {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) inspected_bytes: Option<String>,
}

impl JsonMetrics {
    pub(super) fn of(inspected_bytes: u64) -> Self {
        Self {
            inspected_bytes: (inspected_bytes > 0).then(|| inspected_bytes.to_string()),
        }
    }
}

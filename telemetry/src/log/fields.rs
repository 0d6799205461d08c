//! Fields that are known only at run time.
//!
//! The names of a `tracing` event's fields are fixed when the code is compiled. Fields put together
//! at run time therefore travel in one field, as a JSON object, which the line format takes apart.

use serde_json::{Map, Value as Json};

use crate::attribute::Attribute;

/// The field that carries the others; `log::write` writes it.
pub(super) const CARRIER: &str = "telemetry.fields";

/// Packs `attributes`.
pub(super) fn pack(attributes: &[Attribute]) -> String {
    let object: Map<String, Json> = attributes
        .iter()
        .map(|(name, value)| {
            // Only a number that is none cannot be written as JSON, and it is written as null.
            let value = serde_json::to_value(value).unwrap_or(Json::Null);
            ((*name).to_owned(), value)
        })
        .collect();
    Json::Object(object).to_string()
}

/// Unpacks what [`pack`] packed; anything else is no set of fields.
pub(super) fn unpack(packed: &str) -> Option<Map<String, Json>> {
    serde_json::from_str(packed).ok()
}

//! Fields that are known only at run time.
//!
//! The names of a `tracing` event's fields are fixed when the code is compiled. Fields put together
//! at run time therefore travel in one field, as a JSON object, which the line format takes apart.

use serde_json::{Map, Value as Json};

use crate::attribute::Attribute;

/// The field that carries the others.
pub(super) struct Carrier {
    /// Its name.
    pub(super) name: &'static str,
}

/// The field that carries the others.
pub(super) const FIELDS: Carrier = Carrier {
    name: "telemetry.fields",
};

impl Carrier {
    /// Packs `attributes`.
    pub(super) fn encode(&self, attributes: &[Attribute]) -> String {
        let object: Map<String, Json> = attributes
            .iter()
            .map(|(name, value)| {
                let value = serde_json::to_value(value).unwrap_or(Json::Null);
                ((*name).to_owned(), value)
            })
            .collect();
        Json::Object(object).to_string()
    }

    /// Unpacks what [`Carrier::encode`] packed; anything else is no set of fields.
    pub(super) fn decode(&self, packed: &str) -> Option<Map<String, Json>> {
        serde_json::from_str(packed).ok()
    }
}

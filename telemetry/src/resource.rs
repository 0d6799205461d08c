//! Who made the spans: the resource that every export carries.

use opentelemetry::KeyValue;
use opentelemetry_sdk::resource::{ResourceDetector, TelemetryResourceDetector};
use opentelemetry_semantic_conventions::attribute::SERVICE_NAME;
use uuid::Uuid;

use crate::config::{Lookup, MalformedValue, parse_pairs};

const ATTRIBUTES: &str = "OTEL_RESOURCE_ATTRIBUTES";

/// The variable in which a container finds its own host name.
const HOST: &str = "HOSTNAME";

// These conventions are not declared stable yet, so the conventions crate leaves them out.
const HOST_NAME: &str = "host.name";
const INSTANCE: &str = "service.instance.id";

/// The resource of the service with this name. `OTEL_RESOURCE_ATTRIBUTES` adds to it and replaces
/// all but the service's name.
pub(crate) fn read(service: &str, lookup: &Lookup<'_>) -> Result<Vec<KeyValue>, MalformedValue> {
    let mut attributes = vec![
        KeyValue::new(SERVICE_NAME, service.to_owned()),
        KeyValue::new(INSTANCE, Uuid::new_v4().to_string()),
    ];
    attributes.extend(
        TelemetryResourceDetector
            .detect()
            .iter()
            .map(|(name, value)| KeyValue::new(name.clone(), value.clone())),
    );
    if let Some(host) = lookup.text(HOST)? {
        attributes.push(KeyValue::new(HOST_NAME, host));
    }
    if let Some(list) = lookup.text(ATTRIBUTES)? {
        let pairs = parse_pairs(&list).ok_or_else(|| {
            MalformedValue::new(
                ATTRIBUTES,
                &list,
                "a list such as `name=value,other=value`, with percent-encoded values",
            )
        })?;
        for (name, value) in pairs {
            put(&mut attributes, name, value);
        }
    }
    Ok(attributes)
}

fn put(attributes: &mut Vec<KeyValue>, name: String, value: String) {
    if name == SERVICE_NAME {
        return;
    }
    attributes.retain(|attribute| attribute.key.as_str() != name);
    attributes.push(KeyValue::new(name, value));
}

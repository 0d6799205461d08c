//! As much of JSON Schema (2020-12) as the published schemas use; a keyword that it does not know is a failure.
//!
//! Strict where the schema itself is lenient: readers of a report ignore members that they do not know, but a report has
//! none that the schema does not name.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Everything in `document` that its schema does not allow.
pub(crate) fn faults(schema: &Value, document: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let checker = Checker { root: schema };
    checker.check(schema, document, "", &mut faults);
    faults
}

struct Checker<'a> {
    root: &'a Value,
}

impl Checker<'_> {
    fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        for (keyword, rule) in schema.as_object().unwrap() {
            let holds = match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" | "items" | "properties" => true,
                "$ref" => {
                    self.check(self.referred(rule), value, at, faults);
                    true
                }
                "allOf" => {
                    for part in rule.as_array().unwrap() {
                        self.check(self.referred(&part["$ref"]), value, at, faults);
                    }
                    true
                }
                "anyOf" => rule.as_array().unwrap().iter().any(|part| {
                    let mut inner = Vec::new();
                    self.check(part, value, at, &mut inner);
                    inner.is_empty()
                }),
                "const" => value == rule,
                "enum" => rule.as_array().unwrap().contains(value),
                "type" => is_of_type(rule, value),
                "required" => rule
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|name| value.get(name.as_str().unwrap()).is_some()),
                other => panic!("this test does not know `{other}`"),
            };
            if !holds {
                faults.push(format!("{at}: {keyword} {rule} does not hold for {value}"));
            }
        }
        if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
            for (number, value) in values.iter().enumerate() {
                self.check(items, value, &format!("{at}/{number}"), faults);
            }
        }
        if let (Some(properties), Some(members)) = (schema.get("properties"), value.as_object()) {
            self.members(schema, properties.as_object().unwrap(), members, at, faults);
        }
    }

    fn members(
        &self,
        schema: &Value,
        properties: &Map<String, Value>,
        members: &Map<String, Value>,
        at: &str,
        faults: &mut Vec<String>,
    ) {
        let inherited = schema.get("allOf").is_some();
        let named: BTreeSet<&String> = properties.keys().collect();
        for (name, value) in members {
            match properties.get(name) {
                Some(rule) => self.check(rule, value, &format!("{at}/{name}"), faults),
                // What one half of a split object does not name, the other half may.
                None if inherited || self.is_half(properties) => {}
                None => faults.push(format!("{at}: `{name}` is none of {named:?}")),
            }
        }
    }

    /// The finding is the one definition that others extend.
    fn is_half(&self, properties: &Map<String, Value>) -> bool {
        self.root["$defs"]["finding"]["properties"].as_object() == Some(properties)
    }

    fn referred(&self, reference: &Value) -> &Value {
        let pointer = reference.as_str().unwrap().trim_start_matches('#');
        self.root.pointer(pointer).unwrap()
    }
}

fn is_of_type(rule: &Value, value: &Value) -> bool {
    match rule {
        Value::Array(rules) => rules.iter().any(|rule| is_of_type(rule, value)),
        rule => match rule.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_u64() || value.is_i64(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            other => panic!("this test does not know the type `{other}`"),
        },
    }
}

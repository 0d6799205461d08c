//! Label names and values in Prometheus' text format.

use std::borrow::Cow;

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};

/// The longest value of a label in bytes, as Tempo's default is.
const MAX_VALUE: usize = 2048;

/// Appends `name="value"` to a list of labels; nothing for an empty value, which Prometheus does not tell from none.
pub(super) fn put(target: &mut String, name: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    if !target.is_empty() {
        target.push(',');
    }
    target.push_str(name);
    target.push_str("=\"");
    let value = cut(value);
    if value
        .bytes()
        .any(|byte| matches!(byte, b'"' | b'\\' | b'\n'))
    {
        for character in value.chars() {
            match character {
                '"' => target.push_str("\\\""),
                '\\' => target.push_str("\\\\"),
                '\n' => target.push_str("\\n"),
                other => target.push(other),
            }
        }
    } else {
        target.push_str(value);
    }
    target.push('"');
}

fn cut(value: &str) -> &str {
    if value.len() <= MAX_VALUE {
        return value;
    }
    let end = (0..=MAX_VALUE)
        .rev()
        .find(|end| value.is_char_boundary(*end));
    &value[..end.unwrap_or(0)]
}

/// A name that Prometheus takes for a label: all other characters become underscores.
pub(super) fn name_of(key: &str) -> String {
    let mut name: String = key
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    name
}

/// The first attribute of this key in the first list that has one, as a text.
pub(super) fn find<'list>(key: &str, lists: &[&'list [KeyValue]]) -> Option<Cow<'list, str>> {
    lists
        .iter()
        .flat_map(|list| list.iter())
        .find(|attribute| attribute.key == key)
        .map(|attribute| text_of(attribute.value.as_ref()))
}

/// Lists, maps and bytes are no label values; they count as empty.
fn text_of(value: Option<&AnyValue>) -> Cow<'_, str> {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => Cow::Borrowed(text),
        Some(Value::BoolValue(value)) => Cow::Owned(value.to_string()),
        Some(Value::IntValue(value)) => Cow::Owned(value.to_string()),
        Some(Value::DoubleValue(value)) => Cow::Owned(value.to_string()),
        None
        | Some(
            Value::ArrayValue(_)
            | Value::KvlistValue(_)
            | Value::BytesValue(_)
            | Value::StringValueStrindex(_),
        ) => Cow::Borrowed(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_empty_ones_left_out() {
        let mut labels = String::new();
        put(&mut labels, "a", "say \"hi\"\\\n");
        put(&mut labels, "b", "");
        put(&mut labels, "c", "é");
        assert_eq!(labels, "a=\"say \\\"hi\\\"\\\\\\n\",c=\"é\"");
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        let mut labels = String::new();
        put(&mut labels, "a", &"é".repeat(2000));
        assert_eq!(labels.len(), "a=\"\"".len() + 2048);
        put(&mut labels, "b", &format!("x{}", "é".repeat(2000)));
        assert!(labels.ends_with("é\""));
    }

    #[test]
    fn names_have_no_other_characters_than_prometheus_takes() {
        assert_eq!(name_of("http.route"), "http_route");
        assert_eq!(name_of("2nd-key"), "_2nd_key");
    }
}

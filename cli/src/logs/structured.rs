//! Lines that are records: JSON objects and logfmt.

use serde_json::Value;

/// The fields of one line. Names of nested JSON objects are joined by dots.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(Vec<(String, String)>);

/// How deep objects are looked into.
const DEPTH: usize = 4;

impl Fields {
    /// The fields of a structured line; `None` for free text.
    pub(super) fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.starts_with('{') {
            let value: Value = serde_json::from_str(text).ok()?;
            let mut fields = Vec::new();
            flatten("", &value, DEPTH, &mut fields);
            return Some(Self(fields));
        }
        logfmt(text)
    }

    /// The value of the first field that has one of these names, in any case and at any depth.
    pub(super) fn any(&self, names: &[&str]) -> Option<&str> {
        self.0
            .iter()
            .find(|(name, _)| names.iter().any(|wanted| is_named(name, wanted)))
            .map(|(_, value)| value.as_str())
    }

    /// Every field.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The level, in the field's own spelling.
    pub(super) fn level(&self) -> Option<&str> {
        self.any(&["level", "severity", "lvl", "log.level"])
    }
}

/// Whether a path of names is or ends with this one.
fn is_named(path: &str, wanted: &str) -> bool {
    let (path, wanted) = (path.as_bytes(), wanted.as_bytes());
    let Some(before) = path.len().checked_sub(wanted.len()) else {
        return false;
    };
    path[before..].eq_ignore_ascii_case(wanted) && (before == 0 || path[before - 1] == b'.')
}

fn flatten(prefix: &str, value: &Value, depth: usize, fields: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) if depth > 0 => {
            for (key, value) in map {
                let name = if prefix.is_empty() {
                    key.clone()
                } else {
                    format!("{prefix}.{key}")
                };
                flatten(&name, value, depth - 1, fields);
            }
        }
        Value::String(text) => fields.push((prefix.to_owned(), text.clone())),
        Value::Number(number) => fields.push((prefix.to_owned(), number.to_string())),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => {}
    }
}

/// `key=value key="quoted value"`, at least two of them and one of the names that such a log has.
fn logfmt(text: &str) -> Option<Fields> {
    if !["level=", "msg=", "lvl=", "time=", "ts="]
        .iter()
        .any(|mark| text.contains(mark))
    {
        return None;
    }
    let mut fields = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('=') {
        let name = before.rsplit([' ', '\t']).next().unwrap_or(before);
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => until_quote(quoted),
            None => after
                .split_once([' ', '\t'])
                .map_or((after.to_owned(), ""), |(value, after)| {
                    (value.to_owned(), after)
                }),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if !name.is_empty() && name.chars().all(plain) {
            fields.push((name.to_owned(), value));
        }
        rest = after;
    }
    (fields.len() >= 2).then_some(Fields(fields))
}

fn until_quote(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            plain => value.push(plain),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn json_and_logfmt_are_read_alike() {
        let json =
            Fields::of(r#"{"level":"INFO","fields":{"http.method":"GET","status":200}}"#).unwrap();
        assert_eq!(json.any(&["http.method"]), Some("GET"));
        assert_eq!(json.any(&["status"]), Some("200"));
        let logfmt =
            Fields::of(r#"level=info ts=1 msg="a \"b\" c=d" method=GET status=200"#).unwrap();
        assert_eq!(logfmt.any(&["msg"]), Some("a \"b\" c=d"));
        assert_eq!(
            (logfmt.any(&["method"]), logfmt.level()),
            (Some("GET"), Some("info"))
        );
    }

    #[test]
    fn free_text_is_no_record() {
        for text in [
            "listening on port=8080",
            "GET / HTTP/1.1",
            "{not json",
            "",
            "a=b",
        ] {
            assert_eq!(Fields::of(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "(level=)?[a-z=\" \\\\{}:,0-9é]{0,60}") {
            Fields::of(&text);
        }
    }
}

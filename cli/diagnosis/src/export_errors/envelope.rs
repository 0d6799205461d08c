//! Takes a line out of what other programs wrapped around it: colours, Compose prefixes, JSON and logfmt.
//!
//! Work on one line is bounded: bytes past [`MAX_BYTES`], fields past [`MAX_FIELDS`] and objects nested deeper than
//! [`MAX_DEPTH`] are not looked at.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{excerpt, logfmt, prefix, sgr};

/// How much of a line is looked at.
const MAX_BYTES: usize = 2 << 20;
/// How many fields of a structured line are kept.
const MAX_FIELDS: usize = 64;
/// How deep envelopes may be nested.
const MAX_DEPTH: usize = 4;

/// Fields that say which program or logger speaks.
const ORIGIN: [&str; 14] = [
    "logger",
    "logger_name",
    "loggername",
    "name",
    "target",
    "scope",
    "eventsource",
    "caller",
    "component",
    "component_id",
    "component_path",
    "method",
    "source_context",
    "sourcecontext",
];
/// Fields that hold the message itself.
const MESSAGE: [&str; 17] = [
    "stack",
    "msg",
    "message",
    "@message",
    "short_message",
    "full_message",
    "renderedmessage",
    "@m",
    "@mt",
    "messagetemplate",
    "textpayload",
    "body",
    "stringvalue",
    "event",
    "text",
    "m",
    "log",
];
/// Fields that hold the cause.
const DETAIL: [&str; 24] = [
    "error",
    "err",
    "errors",
    "cause",
    "causes",
    "chain",
    "exception",
    "exc_info",
    "exc_text",
    "traceback",
    "@x",
    "errorverbose",
    "err.message",
    "stack_trace",
    "stacktrace",
    "error_message",
    "error.message",
    "reason",
    "details",
    "detail",
    "code",
    "data",
    "rejected_spans",
    "max",
];
/// Fields that say where something was sent.
const PLACE: [&str; 8] = [
    "endpoint",
    "url",
    "uri",
    "address",
    "addr",
    "host",
    "otlp_endpoint",
    "server",
];

/// How a line was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Words.
    Plain,
    /// `key=value` pairs.
    Logfmt,
    /// A JSON object.
    Json,
}

/// A line without its envelopes.
#[derive(Debug)]
pub(super) struct Record<'l> {
    /// Origin, message, cause and destination, in that order; of a plain line, all of it.
    pub(super) text: Cow<'l, str>,
    /// How the innermost envelope was written.
    pub(super) form: Form,
    /// The scalar fields of the innermost structured envelope, names in lower case, values as text.
    pub(super) fields: Vec<Field>,
}

/// One field of a structured line.
#[derive(Debug)]
pub(super) struct Field {
    /// Its name in lower case, without those of the objects around it.
    pub(super) name: String,
    /// Its value as text.
    pub(super) value: String,
    /// Whether the value was written as a string.
    pub(super) string: bool,
}

impl Record<'_> {
    /// The value of a field.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .map(|field| field.value.as_str())
    }
}

/// Reads a line of bytes.
pub(super) fn open(line: &[u8]) -> Record<'_> {
    let head = line.get(..MAX_BYTES).unwrap_or(line);
    let text = match String::from_utf8_lossy(head) {
        Cow::Borrowed(text) => sgr::strip(text),
        Cow::Owned(text) => Cow::Owned(sgr::strip(&text).into_owned()),
    };
    let mut record = match text {
        Cow::Borrowed(text) => peel(text, MAX_DEPTH),
        Cow::Owned(text) => own(peel(&text, MAX_DEPTH)),
    };
    if let Some(short) = excerpt::of(&record.text) {
        record.text = Cow::Owned(short);
    }
    record
}

fn own(record: Record<'_>) -> Record<'static> {
    Record {
        text: Cow::Owned(record.text.into_owned()),
        form: record.form,
        fields: record.fields,
    }
}

fn peel(text: &str, depth: usize) -> Record<'_> {
    let text = prefix::strip(text).trim_end();
    if depth > 0 {
        if let Some(object) = json_object(text.trim_start()) {
            return from_object(&object, "", depth);
        }
        if let Some(start) = text.find("{\"")
            && let Some(object) = json_object(&text[start..])
        {
            return from_object(&object, &text[..start], depth);
        }
        if let Some(record) = from_logfmt(text, depth) {
            return record;
        }
    }
    Record {
        text: Cow::Borrowed(text),
        form: Form::Plain,
        fields: Vec::new(),
    }
}

fn json_object(text: &str) -> Option<Map<String, Value>> {
    if !text.starts_with('{') {
        return None;
    }
    // A line cut at the limit, or one that merely looks like JSON, is read as words.
    serde_json::from_str(text).ok()
}

fn from_object(object: &Map<String, Value>, prefix: &str, depth: usize) -> Record<'static> {
    // What `docker logs` reads: the engine's own envelope, or a log shipper's copy of it.
    if let Some(Value::String(inner)) = object.get("log")
        && (object.contains_key("stream")
            || object.contains_key("time")
            || object.contains_key("container_id"))
    {
        return own(peel(&sgr::strip(inner), depth - 1));
    }
    let mut fields = Vec::new();
    flatten(object, depth, &mut fields);
    let mut record = compose(prefix, &fields);
    if let Some(inner) = structured_message(&fields, depth) {
        return inner;
    }
    record.fields = fields;
    record
}

/// The message itself, where it is another program's structured line.
fn structured_message(fields: &[Field], depth: usize) -> Option<Record<'static>> {
    if depth < 2 {
        return None;
    }
    let message = ["msg", "message", "log"]
        .iter()
        .find_map(|name| fields.iter().find(|field| field.name == *name))?;
    let is_structured = message.value.trim_start().starts_with('{')
        || (message.value.contains("level=") && message.value.contains("msg="));
    if !is_structured {
        return None;
    }
    let inner = peel(&message.value, depth - 1);
    (inner.form != Form::Plain).then(|| own(inner))
}

/// A line of pairs, also behind what a shipper or syslog put in front of it.
fn from_logfmt(text: &str, depth: usize) -> Option<Record<'static>> {
    let fields = logfmt::parse(text, MAX_FIELDS).or_else(|| {
        let start = ["level=", "ts=", "time="]
            .iter()
            .filter_map(|mark| text.find(&format!(" {mark}")))
            .min()?;
        let pairs = &text[start + 1..];
        (pairs.contains("level=") && pairs.contains(" msg="))
            .then(|| logfmt::parse(pairs, MAX_FIELDS))?
    })?;
    if let Some(inner) = structured_message(&fields, depth) {
        return Some(inner);
    }
    let mut record = compose("", &fields);
    record.form = Form::Logfmt;
    record.fields = fields;
    Some(record)
}

fn flatten(object: &Map<String, Value>, depth: usize, fields: &mut Vec<Field>) {
    for (name, value) in object {
        flatten_value(&name.to_ascii_lowercase(), value, depth, fields);
    }
}

fn flatten_value(name: &str, value: &Value, depth: usize, fields: &mut Vec<Field>) {
    if fields.len() >= MAX_FIELDS {
        return;
    }
    let mut push = |value: String, string: bool| {
        fields.push(Field {
            name: name.to_owned(),
            value,
            string,
        });
    };
    match value {
        Value::String(text) => push(sgr::strip(text).into_owned(), true),
        Value::Number(number) => push(number.to_string(), false),
        Value::Bool(truth) => push(truth.to_string(), false),
        Value::Object(inner) if depth > 0 => flatten(inner, depth - 1, fields),
        Value::Array(items) if depth > 0 => {
            for item in items {
                flatten_value(name, item, depth - 1, fields);
            }
        }
        Value::Null | Value::Object(_) | Value::Array(_) => {}
    }
}

/// The text that rules look at: fields that cannot hold a program's own words (a query, a user's input) are left out.
fn compose(prefix: &str, fields: &[Field]) -> Record<'static> {
    let mut text = prefix.trim_end().to_owned();
    for group in [&ORIGIN[..], &MESSAGE, &DETAIL, &PLACE] {
        for name in group {
            for field in fields.iter().filter(|field| field.name == *name) {
                // What follows a stack of many lines is no part of its last frame.
                if text.contains('\n') {
                    text.push('\n');
                } else if !text.is_empty() {
                    text.push_str(": ");
                }
                text.push_str(&field.value);
            }
        }
    }
    Record {
        text: Cow::Owned(text),
        form: Form::Json,
        fields: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, open};

    #[test]
    fn a_compose_prefix_and_colours_are_taken_off() {
        let record = open(b"\x1b[36mapp-1  |\x1b[0m ERROR: hello");
        assert_eq!(record.text, "ERROR: hello");
        assert_eq!(record.form, Form::Plain);
    }

    #[test]
    fn the_engine_envelope_around_json_around_words_is_opened() {
        let line = br#"{"log":"{\"level\":\"error\",\"logger\":\"a.b\",\"message\":\"no luck\",\"query\":\"x\"}\n","stream":"stderr","time":"2025-01-01T00:00:00Z"}"#;
        assert_eq!(open(line).text, "a.b: no luck");
    }

    #[test]
    fn a_query_in_a_logfmt_line_is_not_what_the_program_says() {
        let record = open(
            br#"level=info caller=metrics.go:1 msg="query done" query="{} |= \"traces export\"""#,
        );
        assert_eq!(record.form, Form::Logfmt);
        assert_eq!(record.text, "metrics.go:1: query done");
        assert_eq!(record.field("query"), Some(r#"{} |= "traces export""#));
    }

    #[test]
    fn an_object_after_words_is_read_too() {
        let record =
            open(b"2025-01-01\twarn\tSender failed\t{\"error\": \"sending queue is full\"}");
        assert_eq!(
            record.text,
            "2025-01-01\twarn\tSender failed: sending queue is full"
        );
    }

    #[test]
    fn the_text_of_a_line_of_a_mebibyte_is_bounded() {
        let mut line = vec![b'{'; 1 << 20];
        line[1] = b'"';
        assert!(open(&line).text.len() <= 64 * 1024);
    }

    #[test]
    fn an_anchor_far_behind_the_head_of_a_line_is_kept() {
        let mut line = vec![b'x'; 1 << 20];
        line.extend_from_slice(b" traces export: no luck");
        let record = open(&line);
        assert!(record.text.ends_with("traces export: no luck"));
        assert!(record.text.len() <= 64 * 1024);
    }

    #[test]
    fn what_a_runtime_puts_in_front_of_a_line_is_taken_off() {
        for line in [
            "2025-01-01T00:00:00.123456789Z hello",
            "2025-01-01T00:00:00.123456789Z stderr F hello",
            "2025-01-01T00:00:00.123456789+02:00 stdout P hello",
            "app-1  | 2025-01-01T00:00:00.123456789Z hello",
        ] {
            assert_eq!(open(line.as_bytes()).text, "hello", "{line}");
        }
        assert_eq!(
            open(b"2025-01-01T00:00:00Z hello").text,
            "2025-01-01T00:00:00Z hello"
        );
    }
}

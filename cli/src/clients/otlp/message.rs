//! The messages of OTLP that are sent and read: `ExportTraceServiceRequest`, its answer, and `google.rpc.Status`.
//!
//! (<https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto>)

use serde_json::{Value, json};

use super::protobuf::{Field, Reader, Writer};

/// `SPAN_KIND_INTERNAL`.
const KIND_INTERNAL: u64 = 1;

/// Spans of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SpanBatch {
    /// Attributes of the resource, `service.name` among them.
    pub(crate) resource: Vec<(String, String)>,
    /// The spans.
    pub(crate) spans: Vec<Span>,
}

/// One span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    /// The trace's id.
    pub(crate) trace_id: [u8; 16],
    /// Its own id.
    pub(crate) id: [u8; 8],
    /// The span above it.
    pub(crate) parent: Option<[u8; 8]>,
    /// Its name.
    pub(crate) name: String,
    /// Nanoseconds since 1970.
    pub(crate) started: u64,
    /// Nanoseconds since 1970.
    pub(crate) ended: u64,
    /// Its attributes.
    pub(crate) attributes: Vec<(String, String)>,
}

/// The name and version under which `ptctl` makes spans.
const SCOPE: (&str, &str) = ("ptctl", env!("CARGO_PKG_VERSION"));

impl SpanBatch {
    /// As protobuf.
    pub(super) fn protobuf(&self) -> Vec<u8> {
        let mut request = Writer::default();
        request.message(1, |resource_spans| {
            resource_spans.message(1, |resource| attributes(resource, 1, &self.resource));
            resource_spans.message(2, |scope_spans| {
                scope_spans.message(1, |scope| {
                    scope.bytes(1, SCOPE.0.as_bytes());
                    scope.bytes(2, SCOPE.1.as_bytes());
                });
                for span in &self.spans {
                    scope_spans.message(2, |message| span.write(message));
                }
            });
        });
        request.into_bytes()
    }

    /// As JSON.
    pub(super) fn json(&self) -> Vec<u8> {
        let spans: Vec<Value> = self.spans.iter().map(Span::json).collect();
        let request = json!({"resourceSpans": [{
            "resource": {"attributes": json_attributes(&self.resource)},
            "scopeSpans": [{"scope": {"name": SCOPE.0, "version": SCOPE.1}, "spans": spans}],
        }]});
        request.to_string().into_bytes()
    }
}

impl Span {
    fn write(&self, message: &mut Writer) {
        message.bytes(1, &self.trace_id);
        message.bytes(2, &self.id);
        if let Some(parent) = &self.parent {
            message.bytes(4, parent);
        }
        message.bytes(5, self.name.as_bytes());
        message.number(6, KIND_INTERNAL);
        message.fixed64(7, self.started);
        message.fixed64(8, self.ended);
        attributes(message, 9, &self.attributes);
    }

    fn json(&self) -> Value {
        json!({
            "traceId": hex(&self.trace_id),
            "spanId": hex(&self.id),
            "parentSpanId": self.parent.as_ref().map_or_else(String::new, |parent| hex(parent)),
            "name": self.name,
            "kind": KIND_INTERNAL,
            "startTimeUnixNano": self.started.to_string(),
            "endTimeUnixNano": self.ended.to_string(),
            "attributes": json_attributes(&self.attributes),
        })
    }
}

fn attributes(message: &mut Writer, field: u32, pairs: &[(String, String)]) {
    for (key, value) in pairs {
        message.message(field, |pair| {
            pair.bytes(1, key.as_bytes());
            pair.message(2, |any| any.bytes(1, value.as_bytes()));
        });
    }
}

fn json_attributes(pairs: &[(String, String)]) -> Vec<Value> {
    pairs
        .iter()
        .map(|(key, value)| json!({"key": key, "value": {"stringValue": value}}))
        .collect()
}

/// Bytes as an id is written: lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let digit = |half: u8| DIGITS[usize::from(half & 15)];
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
        .collect()
}

/// What an accepted export's answer says beside that: rejected spans and why, or a warning.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Partial {
    pub(super) rejected: u64,
    pub(super) message: String,
}

impl Partial {
    /// Reads `ExportTraceServiceResponse`.
    pub(super) fn of_protobuf(bytes: &[u8]) -> Self {
        let mut partial = Self::default();
        for field in Reader::new(bytes) {
            let Field::Bytes(1, inner) = field else {
                continue;
            };
            for field in Reader::new(inner) {
                match field {
                    Field::Number(1, rejected) => partial.rejected = rejected,
                    Field::Bytes(2, text) => {
                        partial.message = String::from_utf8_lossy(text).into_owned();
                    }
                    Field::Number(..) | Field::Bytes(..) | Field::Other => {}
                }
            }
        }
        partial
    }

    /// Reads the same in JSON, where a number of 64 bits may be text.
    pub(super) fn of_json(bytes: &[u8]) -> Self {
        let Ok(answer) = serde_json::from_slice::<Value>(bytes) else {
            return Self::default();
        };
        let partial = &answer["partialSuccess"];
        let rejected = &partial["rejectedSpans"];
        Self {
            rejected: rejected
                .as_u64()
                .or_else(|| rejected.as_str()?.parse().ok())
                .unwrap_or_default(),
            message: partial["errorMessage"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        }
    }
}

/// The message of `google.rpc.Status`, which OTLP sends as the body of an HTTP error.
pub(super) fn status_message(bytes: &[u8]) -> Option<String> {
    Reader::new(bytes).find_map(|field| match field {
        Field::Bytes(2, text) => Some(String::from_utf8_lossy(text).into_owned()),
        Field::Number(..) | Field::Bytes(..) | Field::Other => None,
    })
}

/// The same in JSON.
pub(super) fn json_status_message(bytes: &[u8]) -> Option<String> {
    let status: Value = serde_json::from_slice(bytes).ok()?;
    Some(status["message"].as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejected_spans_are_read_in_both_encodings() {
        let partial = Partial {
            rejected: 3,
            message: "too old".into(),
        };
        let protobuf = [
            10, 11, 8, 3, 18, 7, b't', b'o', b'o', b' ', b'o', b'l', b'd',
        ];
        assert_eq!(Partial::of_protobuf(&protobuf), partial);
        let json = br#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}"#;
        assert_eq!(Partial::of_json(json), partial);
        // Tempo's answers to what it took.
        assert_eq!(Partial::of_protobuf(&[10, 0]), Partial::default());
        assert_eq!(
            Partial::of_json(br#"{"partialSuccess":{}}"#),
            Partial::default()
        );
    }
}

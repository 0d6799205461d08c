//! An OTLP trace request taken apart without copying.
//!
//! The messages here have the field numbers of `opentelemetry.proto.trace.v1`, with the inner messages left as bytes: both
//! are length-delimited on the wire. So the spans of a request can be put together again by trace as they came, unknown
//! fields included.

use bytes::{BufMut as _, Bytes};
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};

/// `ExportTraceServiceRequest`, and `TracesData` alike.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct RawRequest {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub(crate) resource_spans: Vec<Bytes>,
}

/// `ResourceSpans`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct RawResourceSpans {
    #[prost(bytes = "bytes", optional, tag = "1")]
    pub(crate) resource: Option<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    pub(crate) scope_spans: Vec<Bytes>,
    #[prost(bytes = "bytes", tag = "3")]
    pub(crate) schema_url: Bytes,
}

/// `ScopeSpans`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct RawScopeSpans {
    #[prost(bytes = "bytes", optional, tag = "1")]
    pub(crate) scope: Option<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    pub(crate) spans: Vec<Bytes>,
    #[prost(bytes = "bytes", tag = "3")]
    pub(crate) schema_url: Bytes,
}

/// The length of a length-delimited field with its key; all fields here have one-byte keys.
pub(crate) fn field_len(content: usize) -> usize {
    1 + encoded_len_varint(content as u64) + content
}

/// Appends the key and the length of a length-delimited field whose content follows.
pub(crate) fn put_field_head(target: &mut Vec<u8>, tag: u32, content: usize) {
    encode_key(tag, WireType::LengthDelimited, target);
    encode_varint(content as u64, target);
}

/// Appends a length-delimited field.
pub(crate) fn put_field(target: &mut Vec<u8>, tag: u32, content: &[u8]) {
    put_field_head(target, tag, content.len());
    target.put_slice(content);
}

/// The length of a schema URL with its key; an empty one is left out.
pub(crate) fn optional_len(schema_url: &Bytes) -> usize {
    if schema_url.is_empty() {
        0
    } else {
        field_len(schema_url.len())
    }
}

/// Appends a schema URL unless it is empty.
pub(crate) fn put_optional(target: &mut Vec<u8>, schema_url: &Bytes) {
    if !schema_url.is_empty() {
        put_field(target, 3, schema_url);
    }
}

/// What Tempo would say of bytes that are not the message they should be.
///
/// prost does not tell its kinds of error apart in its types, so its texts decide; a text that is not known is kept.
pub(crate) fn describe(error: &prost::DecodeError) -> String {
    let text = error.to_string();
    if let Some((_, wire_type)) = text.split_once("invalid wire type value: ") {
        return format!("proto: illegal wireType {wire_type}");
    }
    if text.contains("buffer underflow")
        || text.contains("delimited length exceeded")
        || text.contains("invalid varint")
    {
        return "unexpected EOF".to_owned();
    }
    let detail = text
        .strip_prefix("failed to decode Protobuf message: ")
        .unwrap_or(&text);
    format!("proto: {detail}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message as _;

    #[test]
    fn malformed_messages_are_described_in_tempos_words() {
        let wire_type = RawRequest::decode(&b"\x0f\xff"[..]).expect_err("wire type 7");
        assert_eq!(describe(&wire_type), "proto: illegal wireType 7");
        let cut = RawRequest::decode(&b"\x0a\x20\x01"[..]).expect_err("cut");
        assert_eq!(describe(&cut), "unexpected EOF");
    }
}

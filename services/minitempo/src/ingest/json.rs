//! OTLP's JSON form, turned into protobuf.
//!
//! The messages read numbers for enums, as OTLP demands; Tempo reads the names too, so they are replaced first.

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use prost::Message as _;
use serde_json::Value;

/// Reads a JSON request and gives its protobuf form.
pub(super) fn to_protobuf(body: &[u8]) -> Result<Bytes, serde_json::Error> {
    let mut request: Value = serde_json::from_slice(body)?;
    if let Some(object) = request.as_object_mut() {
        object
            .entry("resourceSpans")
            .or_insert_with(|| Value::Array(Vec::new()));
    }
    for resource_spans in elements(&mut request, "resourceSpans") {
        for scope_spans in elements(resource_spans, "scopeSpans") {
            for span in elements(scope_spans, "spans") {
                replace_enum_names(span);
            }
        }
    }
    let request: ExportTraceServiceRequest = serde_json::from_value(request)?;
    Ok(request.encode_to_vec().into())
}

fn elements<'value>(
    value: &'value mut Value,
    field: &str,
) -> impl Iterator<Item = &'value mut Value> {
    value
        .get_mut(field)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}

fn replace_enum_names(span: &mut Value) {
    if let Some(kind) = span.get_mut("kind")
        && let Some(known) = kind.as_str().and_then(SpanKind::from_str_name)
    {
        *kind = Value::from(known as i32);
    }
    if let Some(code) = span.pointer_mut("/status/code")
        && let Some(known) = code.as_str().and_then(StatusCode::from_str_name)
    {
        *code = Value::from(known as i32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enum_names_and_numbers_are_both_read() {
        let body = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[
            {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","kind":"SPAN_KIND_SERVER","status":{"code":"STATUS_CODE_ERROR"}},
            {"traceId":"0AF7651916CD43DD8448EB211C80319C","spanId":"b7ad6b7169203332","kind":3,"startTimeUnixNano":"5","endTimeUnixNano":6}
        ]}]}]}"#;
        let request =
            ExportTraceServiceRequest::decode(to_protobuf(body).expect("valid")).expect("readable");
        let spans = &request.resource_spans[0].scope_spans[0].spans;
        assert_eq!(spans[0].kind, SpanKind::Server as i32);
        assert_eq!(
            spans[0].status.as_ref().map(|status| status.code),
            Some(StatusCode::Error as i32)
        );
        assert_eq!(spans[1].kind, SpanKind::Client as i32);
        assert_eq!(spans[1].trace_id, spans[0].trace_id);
        assert_eq!(
            (spans[1].start_time_unix_nano, spans[1].end_time_unix_nano),
            (5, 6)
        );
    }

    #[test]
    fn an_empty_object_is_an_empty_request_and_garbage_is_none() {
        assert_eq!(to_protobuf(b"{}").expect("valid").len(), 0);
        assert!(to_protobuf(b"{not json").is_err());
    }
}

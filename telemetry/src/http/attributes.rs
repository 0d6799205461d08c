//! The stable HTTP semantic conventions, as far as server and client spans share them.

use http::{Method, StatusCode, Version};
use opentelemetry::{KeyValue, Value};
use opentelemetry_semantic_conventions::attribute::HTTP_REQUEST_METHOD_ORIGINAL;

/// The name that any method outside RFC 9110 and RFC 5789 is recorded under, so that callers
/// cannot invent values.
const OTHER_METHOD: &str = "_OTHER";

/// The value of `http.request.method`.
pub(crate) fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        "PATCH" => "PATCH",
        "CONNECT" => "CONNECT",
        "TRACE" => "TRACE",
        _ => OTHER_METHOD,
    }
}

/// What a span name begins with.
pub(crate) fn method_in_span_name(method: &Method) -> &'static str {
    match method_name(method) {
        OTHER_METHOD => "HTTP",
        known => known,
    }
}

/// The method as it was sent, if it is recorded under another name.
pub(crate) fn original_method(method: &Method) -> Option<KeyValue> {
    (method_name(method) == OTHER_METHOD).then(|| {
        KeyValue::new(
            HTTP_REQUEST_METHOD_ORIGINAL,
            method.as_str().chars().take(32).collect::<String>(),
        )
    })
}

/// The value of `http.response.status_code`.
pub(crate) fn status_value(status: StatusCode) -> Value {
    Value::I64(i64::from(status.as_u16()))
}

/// The value of `network.protocol.version`.
pub(crate) fn protocol_version(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => "1.1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invented_method_is_recorded_as_other() {
        let invented = Method::from_bytes(b"BREW").expect("a token");
        assert_eq!(method_name(&invented), "_OTHER");
        assert_eq!(method_in_span_name(&invented), "HTTP");
        assert_eq!(
            original_method(&invented),
            Some(KeyValue::new(HTTP_REQUEST_METHOD_ORIGINAL, "BREW"))
        );
    }
}

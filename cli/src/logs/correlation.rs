//! Whether a service's lines carry the id of the trace that they belong to.

use ptctl_diagnosis::snapshot::TraceIdCoverage;

use super::{requests::is_monitoring, structured::Fields};

/// Adds one structured line of a service.
pub(super) fn count(coverage: &mut TraceIdCoverage, fields: &Fields) {
    coverage.structured_lines += 1;
    let has_trace_id = fields.iter().any(|(name, value)| {
        let name = name.to_ascii_lowercase();
        name.contains("trace") && holds_trace_id(value)
    });
    if has_trace_id || is_of_a_request(fields) {
        coverage.request_lines += 1;
    }
    if has_trace_id {
        coverage.with_trace_id += 1;
    } else if fields.iter().any(|(name, value)| is_zero_id(name, value)) {
        coverage.zero_ids += 1;
    }
}

/// Whether a line carries a trace id of zeros, as a field of a record or as `trace_id=…` in free text.
pub(super) fn is_outside_spans(text: &str, fields: Option<&Fields>) -> bool {
    if let Some(fields) = fields {
        return fields.iter().any(|(name, value)| is_zero_id(name, value));
    }
    text.split([' ', '\t', ',', ';', '[', ']', '(', ')'])
        .filter_map(|word| word.split_once('='))
        .any(|(name, value)| is_zero_id(name, value))
}

/// Whether a line was written while a request was served: it names the request, or its method and where it went.
fn is_of_a_request(fields: &Fields) -> bool {
    const PATHS: [&str; 6] = [
        "path",
        "route",
        "uri",
        "http.route",
        "url.path",
        "http.target",
    ];
    if fields.any(&PATHS).is_some_and(is_monitoring) {
        return false;
    }
    let names_request = fields
        .any(&[
            "request_id",
            "requestId",
            "req_id",
            "reqId",
            "x-request-id",
            "correlation_id",
        ])
        .is_some_and(|id| !id.is_empty());
    let method = fields.any(&["method", "http.method", "http.request.method"]);
    names_request
        || fields.any(&["route", "http.route"]).is_some()
        || method.is_some() && fields.any(&PATHS).is_some()
}

/// Whether a value is a trace id, or a `traceparent` with one: 32 hexadecimal digits, not all zero
/// (<https://www.w3.org/TR/trace-context/#trace-id>).
fn holds_trace_id(value: &str) -> bool {
    value.split('-').any(|part| {
        part.len() == 32
            && part.bytes().all(|byte| byte.is_ascii_hexdigit())
            && part.bytes().any(|byte| byte != b'0')
    })
}

/// Whether a field is a trace id of zeros, as loggers write it that find no span: in full, or as one digit.
fn is_zero_id(name: &str, value: &str) -> bool {
    const NAMES: [&str; 5] = [
        "trace_id",
        "traceid",
        "trace.id",
        "oteltraceid",
        "otel.trace_id",
    ];
    let is_zeros = matches!(value.len(), 1 | 32) && value.bytes().all(|byte| byte == b'0');
    is_zeros && NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_requests_are_counted_with_and_without_their_trace() {
        let lines = [
            r#"{"msg":"stored","request_id":"7","trace_id":"0af7651916cd43dd8448eb211c80319c"}"#,
            r#"{"msg":"stored","request_id":"8","trace_id":"00000000000000000000000000000000"}"#,
            r#"{"msg":"in","span":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}"#,
            r#"{"msg":"opened","path":"/data/x.db","id":"0af7651916cd43dd8448eb211c80319c"}"#,
            r#"{"msg":"probe","method":"GET","path":"/health"}"#,
            "level=info msg=done method=GET path=/cart traceID=0af7651916cd43dd8448eb211c80319c",
        ];
        let mut coverage = TraceIdCoverage::default();
        for line in lines {
            count(&mut coverage, &Fields::of(line).unwrap());
        }
        let expected = TraceIdCoverage {
            structured_lines: 6,
            request_lines: 4,
            with_trace_id: 3,
            zero_ids: 1,
        };
        assert_eq!(coverage, expected);
    }

    #[test]
    fn a_trace_id_of_zeros_is_found_in_records_and_in_free_text() {
        let table = [
            (
                r#"2026-11-22 12:58:07,038 INFO orders trace_id=00000000000000000000000000000000 span_id=0000000000000000 "GET /orders HTTP/1.1" 200"#,
                true,
            ),
            (
                r#"INFO [orders] [app.py:40] [trace_id=0 span_id=0 resource.service.name=orders] - "GET / HTTP/1.1" 200"#,
                true,
            ),
            (
                r#"{"msg":"served","trace_id":"00000000000000000000000000000000"}"#,
                true,
            ),
            (
                r#"INFO orders trace_id=0af7651916cd43dd8448eb211c80319c "GET /orders HTTP/1.1" 200"#,
                false,
            ),
            (
                r#"INFO orders span_id=0 "GET /orders?trace_id HTTP/1.1" 200"#,
                false,
            ),
        ];
        for (line, expected) in table {
            let fields = Fields::of(line);
            assert_eq!(is_outside_spans(line, fields.as_ref()), expected, "{line}");
        }
    }
}

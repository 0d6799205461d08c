//! Whether a service's lines carry the id of the trace that they belong to.

use ptctl_diagnosis::snapshot::TraceIdCoverage;

use super::{
    requests::{is_monitoring, is_request},
    structured::Fields,
};

/// Adds one structured line of a service.
///
/// A trace id of zeros counts where a request was served: what a program says of its start is outside of any span.
pub(super) fn count(coverage: &mut TraceIdCoverage, fields: &Fields) {
    let has_trace_id = fields.iter().any(names_trace);
    let of_a_request = is_of_a_request(fields) || is_request("", Some(fields));
    coverage.structured_lines += 1;
    if has_trace_id || of_a_request {
        coverage.request_lines += 1;
    }
    if has_trace_id {
        coverage.with_trace_id += 1;
    } else if of_a_request && fields.iter().any(|(name, value)| is_zero_id(name, value)) {
        coverage.zero_ids += 1;
    }
}

/// Adds one line of free text of a service, which may name its trace as `trace_id=…`.
pub(super) fn count_text(coverage: &mut TraceIdCoverage, text: &str) {
    if pairs(text).any(names_trace) {
        coverage.with_trace_id += 1;
    } else if is_request(text, None) && is_outside_spans(text, None) {
        coverage.zero_ids += 1;
    }
}

/// Whether a field holds the id of a trace.
fn names_trace((name, value): (&str, &str)) -> bool {
    name.to_ascii_lowercase().contains("trace") && holds_trace_id(value)
}

/// What a line of free text says as `name=value`.
pub(super) fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split([' ', '\t', ',', ';', '[', ']', '(', ')'])
        .filter_map(|word| word.split_once('='))
}

/// Whether a line carries a trace id of zeros, as a field of a record or as `trace_id=…` in free text.
pub(super) fn is_outside_spans(text: &str, fields: Option<&Fields>) -> bool {
    if let Some(fields) = fields {
        return fields.iter().any(|(name, value)| is_zero_id(name, value));
    }
    pairs(text).any(|(name, value)| is_zero_id(name, value))
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
    fn zeros_count_in_free_text_too_and_only_where_a_request_was_served() {
        let zeros = "trace_id=00000000000000000000000000000000 span_id=0000000000000000";
        let lines = [
            format!("INFO orders {zeros} listening on port 8080"),
            format!(r#"INFO orders {zeros} "GET /health HTTP/1.1" 200"#),
            format!(r#"INFO orders {zeros} "GET /orders HTTP/1.1" 200"#),
            format!(
                r#"{{"msg":"opened the database","trace_id":"{}"}}"#,
                "0".repeat(32)
            ),
            "INFO orders [trace_id=0af7651916cd43dd8448eb211c80319c] stored".to_owned(),
        ];
        let mut coverage = TraceIdCoverage::default();
        for line in &lines {
            match Fields::of(line) {
                Some(fields) => count(&mut coverage, &fields),
                None => count_text(&mut coverage, line),
            }
        }
        assert_eq!((coverage.zero_ids, coverage.with_trace_id), (1, 1));
        assert_eq!((coverage.structured_lines, coverage.request_lines), (1, 0));
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

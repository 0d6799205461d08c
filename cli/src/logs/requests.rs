//! Lines that record a served HTTP request: access logs of servers and proxies, request lines of frameworks.

use super::structured::Fields;

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Whether a path is one that a monitor calls, not a caller: such requests are usually not traced.
pub(crate) fn is_monitoring(path: &str) -> bool {
    const PATHS: [&str; 10] = [
        "/health",
        "/healthz",
        "/ready",
        "/readyz",
        "/live",
        "/livez",
        "/metrics",
        "/ping",
        "/status",
        "/favicon.ico",
    ];
    let path = path
        .split(['?', '#'])
        .next()
        .unwrap_or(path)
        .trim_end_matches('/');
    PATHS.contains(&path) || path.ends_with("/health") || path.ends_with("/healthz")
}

/// Whether a line records a request that a caller made.
pub(super) fn is_request(text: &str, fields: Option<&Fields>) -> bool {
    let path = match fields {
        Some(fields) => path_of_record(fields),
        None => path_of_access_log(text),
    };
    path.is_some_and(|path| !is_monitoring(path))
}

/// The path of a record that has a method, a path and a status.
fn path_of_record(fields: &Fields) -> Option<&str> {
    let method = fields.any(&[
        "method",
        "http.method",
        "http.request.method",
        "request_method",
        "verb",
    ])?;
    let is_method = METHODS
        .iter()
        .any(|known| method.eq_ignore_ascii_case(known));
    let status = fields.any(&[
        "status",
        "status_code",
        "statusCode",
        "http.status_code",
        "http.response.status_code",
        "code",
    ])?;
    let path = fields.any(&[
        "path",
        "route",
        "uri",
        "url",
        "http.route",
        "url.path",
        "http.target",
        "request_uri",
        "endpoint",
    ])?;
    (is_method && is_status(status)).then_some(path)
}

/// The path in `"GET /path HTTP/1.1" 200` (common and combined format, and all that quote the request line), or in
/// Gin's `[GIN] … | 200 | … | GET "/path"`.
fn path_of_access_log(text: &str) -> Option<&str> {
    if text.starts_with("[GIN]") {
        let path = text.rsplit_once('"')?.0.rsplit_once('"')?.1;
        let has_status = text.split('|').any(|part| is_status(part.trim()));
        return has_status.then_some(path);
    }
    let (before, after) = text.split_once(" HTTP/")?;
    let (line, path) = before.rsplit_once(' ')?;
    let method = line.rsplit(['"', ' ', '\'']).next()?;
    let status = after.split_ascii_whitespace().nth(1)?;
    (METHODS.contains(&method) && is_status(status)).then_some(path)
}

fn is_status(text: &str) -> bool {
    matches!(text.as_bytes(), [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_from_other_lines() {
        let table = [
            (
                r#"172.18.0.1 - - [22/Nov/2026:08:39:49 +0000] "GET /cart?id=1 HTTP/1.1" 200 612 "-" "curl""#,
                true,
            ),
            (
                r#"INFO:     172.18.0.1:50312 - "POST /api HTTP/1.1" 502 Bad Gateway"#,
                true,
            ),
            (
                r#"[GIN] 2026/11/22 - 08:39:49 | 200 |  1.2ms | 172.18.0.1 | GET      "/cart""#,
                true,
            ),
            (
                r#"{"level":"info","method":"GET","path":"/cart","status":200}"#,
                true,
            ),
            (
                r#"{"msg":"slow operation detected","method":"POST","route":"/api/scrape","status":201,"duration_ms":1200.5}"#,
                true,
            ),
            (
                "level=info msg=request method=GET path=/cart status=404",
                true,
            ),
            (
                r#"172.18.0.1 - - [22/Nov/2026:08:39:49 +0000] "GET /health HTTP/1.1" 200 2"#,
                false,
            ),
            (r#"{"method":"GET","path":"/metrics","status":200}"#, false),
            (
                r#"{"msg":"fetching","method":"GET","url":"http://example.com"}"#,
                false,
            ),
            (r#"{"method":"notify","path":"/x","status":200}"#, false),
            ("GET / HTTP/1.1", false),
            ("listening on :8080", false),
        ];
        for (line, expected) in table {
            assert_eq!(
                is_request(line, Fields::of(line).as_ref()),
                expected,
                "{line}"
            );
        }
    }
}

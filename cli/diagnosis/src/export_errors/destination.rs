//! Where a line says that data was sent, so that failures on the way to two receivers are two findings.

use super::{Context, endpoint::is_otlp_port, envelope};

/// A line of such length names its receiver near its beginning, if it does at all.
const SEARCHED: usize = 8 * 1024;

/// The receiver that a line names, as `host:port` or as a host, in lower case; `None` where it names none.
///
/// An address is one of a receiver where its port is one of OTLP or where it is configured; the address that a
/// connection came from never is.
pub fn destination(line: &[u8], context: &Context) -> Option<String> {
    let record = envelope::open(line);
    let text = record.text.to_ascii_lowercase();
    let text = &text[..text.floor_char_boundary(SEARCHED)];
    addresses(text, context)
        .or_else(|| host_beside_port(text))
        .or_else(|| context.named_in(text))
}

/// The first `host:port` that is a receiver's.
fn addresses(text: &str, context: &Context) -> Option<String> {
    text.match_indices(':').find_map(|(colon, _)| {
        let host = host_before(&text[..colon])?;
        let port = digits(&text[colon + 1..])?;
        let after = &text[colon + 1 + port.len()..];
        // `10.0.0.3:4317->10.0.0.2:38764` is what the receiver says of its own side.
        if after.starts_with("->") || after.starts_with(|c: char| is_of_name(c) && c != '.') {
            return None;
        }
        let address = format!("{host}:{port}");
        (is_otlp_port(port) || context.has(&address)).then_some(address)
    })
}

/// Python's `host='tempo', port=4318` and Node's `host: 'tempo', port: 4318`.
fn host_beside_port(text: &str) -> Option<String> {
    ["host", "address"].into_iter().find_map(|word| {
        text.match_indices(word).find_map(|(at, _)| {
            let after = text[at + word.len()..].trim_start_matches(['"', '\'', '=', ':', ' ']);
            let host = &after[..after.find(|c| !is_of_name(c)).unwrap_or(after.len())];
            let rest = after[host.len()..].trim_start_matches(['"', '\'', ',', ' ']);
            let port = rest
                .strip_prefix("port")?
                .trim_start_matches(['"', '\'', '=', ':', ' ']);
            let port = digits(port).filter(|port| is_otlp_port(port))?;
            (!host.is_empty()).then(|| format!("{host}:{port}"))
        })
    })
}

/// The host, or the IPv6 address in its brackets, that a text ends with.
fn host_before(text: &str) -> Option<&str> {
    if text.ends_with(']') {
        let start = text.rfind('[')?;
        return Some(&text[start..]);
    }
    let start = text.trim_end_matches(is_of_name).len();
    let host = if text[..start].ends_with(':') {
        // `::1:4318`, an IPv6 address without its brackets.
        let of_address = |c: char| c.is_ascii_hexdigit() || c == ':';
        &text[text.trim_end_matches(of_address).len()..]
    } else {
        &text[start..]
    };
    host.contains(|c: char| c.is_ascii_alphanumeric())
        .then_some(host)
}

/// The digits that a text begins with.
fn digits(text: &str) -> Option<&str> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(line: &str) -> Option<String> {
        let context = Context::with_endpoints(["tempo:4317", "gateway:9000", "otlp.example.com"]);
        destination(line.as_bytes(), &context)
    }

    #[test]
    fn a_receiver_is_named_in_the_words_of_each_language() {
        for (line, receiver) in [
            (
                "traces export: rpc error: desc = connection error: dial tcp 172.18.0.2:4317: connect: connection refused",
                "172.18.0.2:4317",
            ),
            (
                "Failed to export traces to tempo:4317, error code: StatusCode.UNAVAILABLE",
                "tempo:4317",
            ),
            (
                "HTTPConnectionPool(host='Tempo', port=4318): Max retries exceeded with url: /v1/traces",
                "tempo:4318",
            ),
            ("Error: connect ECONNREFUSED ::1:4318", "::1:4318"),
            (
                "dial tcp [fd00::2]:4317: connect: refused",
                "[fd00::2]:4317",
            ),
            (
                r#"{"msg":"failed to export spans","endpoint":"http://user:pass@tempo:4317/v1/traces"}"#,
                "tempo:4317",
            ),
            (
                "read tcp 172.18.0.3:45678->172.18.0.2:4317: read: connection reset by peer",
                "172.18.0.2:4317",
            ),
            (
                "Failed to connect to gateway/172.18.0.9: gateway:9000",
                "gateway:9000",
            ),
            ("getaddrinfo ENOTFOUND otlp.example.com", "otlp.example.com"),
            ("lookup tempo on 127.0.0.11:53: no such host", "tempo"),
        ] {
            assert_eq!(named(line).as_deref(), Some(receiver), "{line}");
        }
    }

    #[test]
    fn what_is_no_receiver_is_not_taken_for_one() {
        for line in [
            "2026/11/22 10:43:17 traces export: context deadline exceeded",
            "Failed to export spans. See https://opentelemetry.io/docs: order 4317",
            "é::1:5432 ü:4317",
            "write tcp 172.18.0.2:4317->172.18.0.3:45678: write: broken pipe",
            "connect to tempo:43170: refused by postgres:5432",
        ] {
            let named = named(line);
            assert!(
                named.is_none()
                    || line.contains("tempo:43170") && named.as_deref() == Some("tempo"),
                "{line}: {named:?}"
            );
        }
    }
}

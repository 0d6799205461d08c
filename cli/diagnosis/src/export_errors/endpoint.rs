//! Endpoints inside a line: OTLP ports and paths, the container's own loopback.

use super::ErrorKind;

/// Ports on which OTLP is received: today's two, the two before 2021, and the two that stacks publish them as.
const OTLP_PORTS: [&str; 6] = ["4317", "4318", "14317", "14318", "55680", "55681"];
/// Of them, those that no receiver has listened on since 2021.
const LEGACY_PORTS: [&str; 2] = ["55680", "55681"];

/// The paths of OTLP over HTTP.
const PATHS: [&str; 3] = ["/v1/traces", "/v1/metrics", "/v1/logs"];

/// Whether the text names an OTLP port: `tempo:4317`, `tempo port 4318`, `port=4318`, `"port":"4318"`.
pub(super) fn names_otlp_port(text: &str) -> bool {
    OTLP_PORTS.iter().any(|port| names_port(text, port))
}

/// Whether a number is that of an OTLP port.
pub(super) fn is_otlp_port(port: &str) -> bool {
    OTLP_PORTS.contains(&port)
}

/// Whether the text names the port of OTLP over gRPC itself.
pub(super) fn names_grpc_port(text: &str) -> bool {
    names_port(text, "4317")
}

fn names_port(text: &str, port: &str) -> bool {
    text.match_indices(port).any(|(at, _)| {
        let before = &text[..at];
        let announced = [
            ":",
            "port ",
            "port=",
            "port\":\"",
            "port\":",
            "port: ",
            "\",",
        ]
        .iter()
        .any(|mark| {
            before.strip_suffix(mark).is_some_and(|left| match *mark {
                // Behind a host or an address, not behind the name of a field.
                ":" => left.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ']' | '-')),
                word if word.starts_with('p') => !left.ends_with(char::is_alphanumeric),
                _ => true,
            })
        });
        let ends = !text[at + port.len()..].starts_with(|c: char| c.is_ascii_digit() || c == '.');
        announced && ends
    })
}

/// Whether the text names a path of OTLP over HTTP.
pub(super) fn names_otlp_path(text: &str) -> bool {
    PATHS.iter().any(|path| {
        text.match_indices(path).any(|(at, _)| {
            !text[at + path.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
        })
    })
}

/// A cause, made more exact by where the text says the data was sent.
pub(super) fn refine(kind: ErrorKind, text: &str) -> ErrorKind {
    match kind {
        ErrorKind::BackendDown if LEGACY_PORTS.iter().any(|port| names_port(text, port)) => {
            ErrorKind::WrongPort
        }
        // Names under `.invalid` are in no name server (RFC 2606).
        ErrorKind::BackendDown if says_invalid_host(text) => ErrorKind::DnsNoSuchHost,
        ErrorKind::BackendDown if names_own_loopback(text) => ErrorKind::LocalhostInContainer,
        ErrorKind::BackendTimeout if LEGACY_PORTS.iter().any(|port| names_port(text, port)) => {
            ErrorKind::WrongPort
        }
        ErrorKind::BackendTimeout if names_name_server(text) => ErrorKind::DnsServerMisbehaving,
        ErrorKind::DnsNoSuchHost if text.contains("host.docker.internal") => {
            ErrorKind::HostDockerInternal
        }
        ErrorKind::PathWrong404 if text.contains("/v1/traces/v1/traces") => ErrorKind::PathDoubled,
        ErrorKind::PathWrong404 if text.contains("/otlp/v1/") => ErrorKind::PathOtlpPrefix,
        other => other,
    }
}

fn says_invalid_host(text: &str) -> bool {
    text.match_indices(".invalid")
        .any(|(at, word)| text[at + word.len()..].starts_with([':', '/', ' ', '"']))
}

/// Whether it is a name server that did not answer: Go's `lookup tempo on 127.0.0.11:53: … i/o timeout`.
fn names_name_server(text: &str) -> bool {
    text.contains("lookup ") && text.contains(":53: ")
}

/// Whether the text says the data was sent to the container's own loopback: by the name `localhost`, or by a loopback
/// address at an OTLP port (at another port it may be a sidecar that was meant).
pub(super) fn names_own_loopback(text: &str) -> bool {
    let by_name = text.match_indices("localhost").any(|(at, word)| {
        let after = &text[at + word.len()..];
        after.starts_with([':', '/', '\'', '"', ',']) || after.starts_with(" port ")
    });
    by_name
        || ["127.0.0.1", "::1", "[::1]"].iter().any(|address| {
            OTLP_PORTS
                .iter()
                .any(|port| text.contains(&format!("{address}:{port}")))
        })
}

#[cfg(test)]
mod tests {
    use super::{ErrorKind, names_otlp_path, names_otlp_port, refine};

    #[test]
    fn ports_and_paths_are_whole_words() {
        assert!(names_otlp_port("dial tcp 10.0.0.1:4317: refused"));
        assert!(names_otlp_port(
            "HTTPConnectionPool(host='tempo', port=4318)"
        ));
        assert!(!names_otlp_port("dial tcp 10.0.0.1:43170: refused"));
        assert!(!names_otlp_port("order 4317 refused"));
        assert!(names_otlp_path("POST /v1/traces HTTP/1.1"));
        assert!(!names_otlp_path("GET /v1/traces/4bf92f"));
        assert!(!names_otlp_path("/v1/logstash"));
    }

    #[test]
    fn a_refused_loopback_is_the_containers_own() {
        let refined = |text| refine(ErrorKind::BackendDown, text);
        assert_eq!(
            refined("localhost:4317 refused"),
            ErrorKind::LocalhostInContainer
        );
        assert_eq!(
            refined("connect ECONNREFUSED ::1:4318"),
            ErrorKind::LocalhostInContainer
        );
        assert_eq!(
            refined("127.0.0.11:53: tempo:4317 refused"),
            ErrorKind::BackendDown
        );
        assert_eq!(refined("tempo:55680 refused"), ErrorKind::WrongPort);
    }
}

//! How the requests of a service's exports go out, as far as its settings tell: their path and their secrecy.

use super::{EndpointSource, ExportSettings, Library, Scheme, Setting, variables};
use crate::snapshot::{Container, Encryption, OtlpProtocol};

/// The one variable whose URL is the whole address of the traces.
const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
/// What is added to any other URL, and the path of a receiver.
pub const TRACES_PATH: &str = "/v1/traces";

impl ExportSettings {
    /// The path of its requests where they go over HTTP, with the first slash; `None` for an endpoint that cannot be read
    /// (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/>).
    pub fn request_path(&self) -> Option<String> {
        let written = self.endpoint.as_ref().ok()?.path.as_str();
        let is_whole = matches!(
            &self.source,
            EndpointSource::Variable { name, .. } if name == TRACES_ENDPOINT
        );
        Some(match (is_whole, written) {
            (true, path) => format!("/{path}"),
            (false, "") => TRACES_PATH.to_owned(),
            (false, path) => format!("/{path}{TRACES_PATH}"),
        })
    }

    /// Whether its exports go by TLS; `None` where SDKs differ in what they take a missing scheme for.
    pub fn encryption(&self, container: &Container) -> Option<Encryption> {
        let is_insecure = || {
            Setting::first(container, &variables::INSECURE)
                .is_some_and(|setting| setting.bare().eq_ignore_ascii_case("true"))
        };
        match self.endpoint.as_ref().ok()?.scheme {
            Some(Scheme::Http) => Some(Encryption::Plaintext),
            Some(Scheme::Https) => Some(Encryption::Tls),
            None if self.library == Library::Ours || is_insecure() => Some(Encryption::Plaintext),
            None => None,
        }
    }
}

impl OtlpProtocol {
    /// The protocol that a port is reserved for; `None` for any other port.
    pub fn of_port(port: u16) -> Option<Self> {
        [Self::Grpc, Self::Http]
            .into_iter()
            .find(|protocol| protocol.default_port() == port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::healthy;

    fn path(name: &str, value: &str) -> Option<String> {
        let mut snapshot = healthy();
        snapshot.set_variable("scraper", name, value);
        let settings = ExportSettings::of(snapshot.service_mut("scraper"));
        settings.known().unwrap().request_path()
    }

    #[test]
    fn the_path_of_requests_is_that_of_the_specification() {
        let general = "OTEL_EXPORTER_OTLP_ENDPOINT";
        for (name, value, expected) in [
            (general, "http://tempo:4318", "/v1/traces"),
            (
                general,
                "http://tempo:4318/v1/traces",
                "/v1/traces/v1/traces",
            ),
            (TRACES_ENDPOINT, "http://tempo:4318", "/"),
            (TRACES_ENDPOINT, "https://tempo:4318/otlp", "/otlp"),
        ] {
            assert_eq!(path(name, value).as_deref(), Some(expected), "{value}");
        }
    }

    #[test]
    fn a_port_that_is_reserved_for_nothing_tells_no_protocol() {
        assert_eq!(OtlpProtocol::of_port(4317), Some(OtlpProtocol::Grpc));
        assert_eq!(OtlpProtocol::of_port(4318), Some(OtlpProtocol::Http));
        assert_eq!(OtlpProtocol::of_port(443), None);
    }
}

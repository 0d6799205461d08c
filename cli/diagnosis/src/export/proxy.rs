//! Proxies that an exporter goes through because its environment names one.

use super::{Endpoint, ExportSettings, Language, Library, Runtime, Scheme, Setting};
use crate::snapshot::{Container, OtlpProtocol};

/// Whatever some exporter goes by.
const ANY: [&str; 7] = [
    "grpc_proxy",
    "http_proxy",
    "HTTP_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
];

/// The variable by which a container's exporter may go through a proxy, so that its exports take another way than any that
/// is tried without one. Of a language that nobody knows, every variable counts.
pub fn possible(container: &Container, settings: &ExportSettings) -> Option<&'static str> {
    let endpoint = settings.endpoint.as_ref().ok()?;
    let names = match Runtime::of(container).language {
        None if Library::of(container) != Library::Ours => ANY.to_vec(),
        Some(_) | None => variables(container, settings),
    };
    let proxy = Setting::first(container, &names)?;
    let exceptions = exceptions(container);
    let is_excepted = is_excepted(&exceptions, endpoint, settings.port());
    (!is_excepted).then_some(proxy.name)
}

/// The settings that name hosts to which no proxy leads.
pub(crate) fn exceptions(container: &Container) -> Vec<Setting<'_>> {
    ["no_grpc_proxy", "no_proxy", "NO_PROXY"]
        .into_iter()
        .filter_map(|name| Setting::of(container, name))
        .collect()
}

/// Whether exports to an endpoint go past every proxy.
pub(crate) fn is_excepted(
    exceptions: &[Setting<'_>],
    endpoint: &Endpoint,
    port: Option<u16>,
) -> bool {
    endpoint.is_loopback()
        || exceptions
            .iter()
            .flat_map(Setting::items)
            .any(|pattern| covers(pattern, &endpoint.host, port))
}

/// The variables by which a container's exporter finds a proxy, strongest first; none where it has no use for them.
///
/// Ours and Java's take none from the environment, nor does Node's over HTTP. gRPC's core, below Python's and Node's,
/// reads the names in small letters whatever the scheme; Go's gRPC goes by the variable for HTTPS alone.
pub(crate) fn variables(container: &Container, settings: &ExportSettings) -> Vec<&'static str> {
    const PLAIN: [&str; 4] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
    const SECURE: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    const GRPC_CORE: [&str; 3] = ["grpc_proxy", "https_proxy", "http_proxy"];
    const GO_GRPC: [&str; 2] = ["https_proxy", "HTTPS_PROXY"];
    if Library::of(container) == Library::Ours {
        return Vec::new();
    }
    let secure = settings
        .endpoint
        .as_ref()
        .is_ok_and(|endpoint| endpoint.scheme == Some(Scheme::Https));
    let language = Runtime::of(container).language;
    let by_scheme = if secure { SECURE } else { PLAIN };
    match (language, settings.protocol) {
        (Some(Language::Java | Language::Rust), _)
        | (_, None)
        | (Some(Language::Node), Some(OtlpProtocol::Http)) => Vec::new(),
        (_, Some(OtlpProtocol::Http)) | (Some(Language::DotNet), Some(OtlpProtocol::Grpc)) => {
            by_scheme.to_vec()
        }
        (
            Some(Language::Python | Language::Node | Language::Ruby | Language::Php),
            Some(OtlpProtocol::Grpc),
        ) => GRPC_CORE.to_vec(),
        (Some(Language::Go), Some(OtlpProtocol::Grpc)) => GO_GRPC.to_vec(),
        // What Go and gRPC's core have in common.
        (None, Some(OtlpProtocol::Grpc)) => vec!["https_proxy"],
    }
}

/// Whether an entry of `NO_PROXY` covers a host: `*`, the name itself, or the end of it, with or without a port.
fn covers(pattern: &str, host: &str, port: Option<u16>) -> bool {
    if pattern == "*" {
        return true;
    }
    let (pattern, wanted) = match pattern.rsplit_once(':') {
        Some((name, digits)) if !name.contains(':') => (name, digits.parse::<u16>().ok()),
        Some(_) | None => (pattern, None),
    };
    if wanted.is_some() && wanted != port {
        return false;
    }
    let pattern = pattern
        .trim_start_matches('*')
        .trim_start_matches('.')
        .to_lowercase();
    let host = host.to_lowercase();
    // An address by its network: what it covers is for the network to say.
    if let Some((network, bits)) = pattern.split_once('/') {
        return in_network(&host, network, bits);
    }
    !pattern.is_empty() && (host == pattern || host.ends_with(&format!(".{pattern}")))
}

/// Whether an IPv4 address is in a network written as `10.0.0.0/8`.
fn in_network(host: &str, network: &str, bits: &str) -> bool {
    let (Ok(host), Ok(network), Ok(bits)) = (
        host.parse::<std::net::Ipv4Addr>(),
        network.parse::<std::net::Ipv4Addr>(),
        bits.parse::<u32>(),
    ) else {
        return false;
    };
    let mask = u32::MAX
        .checked_shl(32_u32.saturating_sub(bits))
        .unwrap_or(0);
    u32::from(host) & mask == u32::from(network) & mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn an_exception_is_a_name_an_end_of_it_a_network_or_all() {
        for (pattern, host, covered) in [
            ("*", "tempo", true),
            ("tempo", "tempo", true),
            ("TEMPO", "tempo", true),
            ("tempo:4317", "tempo", true),
            ("tempo:80", "tempo", false),
            ("tempo", "mytempo", false),
            (".internal", "tempo.internal", true),
            ("internal", "tempo.internal", true),
            ("*.internal", "tempo.internal", true),
            ("internal", "tempointernal", false),
            ("localhost", "tempo", false),
            ("172.16.0.0/12", "172.20.0.5", true),
            ("172.16.0.0/12", "10.0.0.5", false),
            ("0.0.0.0/0", "10.0.0.5", true),
            ("172.16.0.0/12", "tempo", false),
            ("", "tempo", false),
        ] {
            assert_eq!(
                covers(pattern, host, Some(4317)),
                covered,
                "{pattern} {host}"
            );
        }
    }

    /// By which proxy `scraper` may go, be it ours or, without any sign of what it is, somebody else's.
    fn may_go(is_whose: Library, variables: &[(&'static str, &str)]) -> Option<&'static str> {
        let mut snapshot = fixtures::healthy();
        if is_whose != Library::Ours {
            let container = snapshot.service_mut("scraper");
            container.labels.clear();
            container.environment.clear();
        }
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://tempo:4318");
        let protocol = ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        for (name, value) in [endpoint, protocol].iter().chain(variables) {
            snapshot.set_variable("scraper", name, value);
        }
        let container = snapshot.service_mut("scraper");
        let settings = ExportSettings::of(container);
        possible(container, settings.known().expect("settings"))
    }

    #[test]
    fn an_exporter_of_an_unknown_language_may_go_by_any_proxy_but_not_to_an_exception() {
        let proxy = ("HTTP_PROXY", "http://proxy:3128");
        assert_eq!(may_go(Library::Ours, &[proxy]), None);
        assert_eq!(may_go(Library::Unknown, &[]), None);
        assert_eq!(may_go(Library::Unknown, &[proxy]), Some("HTTP_PROXY"));
        let secure = ("https_proxy", "http://proxy:3128");
        assert_eq!(may_go(Library::Unknown, &[secure]), Some("https_proxy"));
        assert_eq!(
            may_go(Library::Unknown, &[proxy, ("NO_PROXY", "localhost,tempo")]),
            None
        );
    }
}

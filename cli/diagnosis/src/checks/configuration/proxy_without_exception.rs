//! A proxy that stands between a service and a Tempo of its own network.

use super::{
    aim::{self, Aim},
    value::{self, Effect},
};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{ExportSettings, Language, Library, Runtime, Scheme, Setting, Target},
    finding::{Evidence, EvidenceKind, Severity},
    policy::Policy,
    snapshot::OtlpProtocol,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(317),
    name: "proxy-without-exception",
    severity: Severity::Warning,
    summary: "a service sends its spans through a proxy, which does not know the stack's own names",
    why: "The proxy stands outside of the network and cannot resolve `tempo`: exports end in 502, 503 or a time-out, while the network itself is in order.",
    causes: &[
        "Docker's client adds the proxy of `~/.docker/config.json` to every container.",
        "`HTTP_PROXY` was set for downloads, and `NO_PROXY` does not name Tempo.",
    ],
    remedy: "Add Tempo's name to `NO_PROXY` (and `no_proxy`), then recreate the service.",
    verify: "The service logs no failed export after the next request.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Outcome::NotApplicable(why)),
    };
    let (Some(Target::Container { .. }), Ok(endpoint)) = (&service.target, &settings.endpoint)
    else {
        return Ok(Outcome::NotApplicable(
            "it sends to no container of this engine",
        ));
    };
    let names = proxy_variables(service, settings);
    if names.is_empty() {
        return Ok(Outcome::NotApplicable(
            "its exporter does not go by the variables of proxies",
        ));
    }
    let container = service.container;
    let Some(proxy) = Setting::first(container, &names) else {
        return Ok(Outcome::NotApplicable(
            "no variable names a proxy for its exports",
        ));
    };
    let exceptions = ["no_grpc_proxy", "no_proxy", "NO_PROXY"]
        .map(|name| Setting::of(container, name))
        .into_iter()
        .flatten()
        .collect::<Vec<_>>();
    let excepted = exceptions
        .iter()
        .flat_map(Setting::items)
        .any(|pattern| covers(pattern, &endpoint.host, settings.port()));
    let effect = Effect::of(service, stack);
    if excepted || endpoint.is_loopback() || effect == Effect::Arrive {
        return Ok(Outcome::Pass);
    }
    let host = &endpoint.host;
    let list = exceptions
        .iter()
        .map(Setting::bare)
        .chain([host.as_str()])
        .collect::<Vec<_>>()
        .join(",");
    let report = Report::new(
        format!(
            "`{}` sends its spans to `{}` through the proxy of `{}`, and `NO_PROXY` does not name `{host}`",
            service.label(),
            settings.shown(),
            proxy.name,
        ),
        value::proof(service, &proxy),
        value::set(service, "NO_PROXY", &list),
    );
    let shown = match exceptions.first() {
        Some(setting) => setting.shown(),
        None => "NO_PROXY is not set".to_owned(),
    };
    let proofs = [
        Evidence::new(EvidenceKind::Variable, &container.name, shown),
        aim::source_proof(service, settings),
    ];
    fail(
        report
            .likely()
            .since(Some(aim::created(service)))
            .proof(proofs)
            .severity(effect.severity(Severity::Warning)),
    )
}

/// The variables by which a service's exporter finds a proxy, strongest first; none where it has no use for them.
///
/// Ours and Java's take none from the environment, nor does Node's over HTTP. gRPC's core, below Python's and Node's,
/// reads the names in small letters whatever the scheme; Go's gRPC goes by the variable for HTTPS alone.
fn proxy_variables(service: &Service<'_>, settings: &ExportSettings) -> Vec<&'static str> {
    const PLAIN: [&str; 4] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
    const SECURE: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    const GRPC_CORE: [&str; 3] = ["grpc_proxy", "https_proxy", "http_proxy"];
    const GO_GRPC: [&str; 2] = ["https_proxy", "HTTPS_PROXY"];
    if Library::of(service.container) == Library::Ours {
        return Vec::new();
    }
    let secure = settings
        .endpoint
        .as_ref()
        .is_ok_and(|endpoint| endpoint.scheme == Some(Scheme::Https));
    let language = Runtime::of(service.container).language;
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
    use super::covers;

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
}

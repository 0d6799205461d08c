//! Tempo's OTLP receiver listens on its own loopback only.

use super::proof::{file, setting};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{
        commands,
        stack::{tempo_exited, tempo_restarting},
    },
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    observed::Observed,
    policy::Policy,
    snapshot::{LogLine, OtlpProtocol},
    view::{Backend, Stack},
};

/// Where OTLP is received unless something else is said.
const OTLP_PORTS: [u16; 2] = [4317, 4318];

pub(crate) static CHECK: Check = Check {
    code: Code::new(203),
    name: "receiver-bound-to-loopback",
    severity: Severity::Error,
    summary: "Tempo accepts OTLP only from inside its own container",
    why: "Every other container is refused, while Tempo itself is healthy and ready.",
    causes: &[
        "The receiver has no `endpoint`: since Tempo 2.7 it then listens on localhost.",
        "The configuration says `127.0.0.1` or `localhost`.",
    ],
    remedy: "In Tempo's configuration set `distributor.receivers.otlp.protocols.grpc.endpoint: 0.0.0.0:4317` (and `http.endpoint: 0.0.0.0:4318`), then restart Tempo.",
    verify: "Tempo's log says `Starting GRPC server … endpoint=0.0.0.0:4317`.",
    masked_by: &[&[
        Cause::same_subject(tempo_exited::CHECK.code),
        Cause::same_subject(tempo_restarting::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container else {
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    if container.network_mode == "host" {
        return Ok(Outcome::NotApplicable(
            "it shares the host's network, where loopback is the host's",
        ));
    }
    let announced = container
        .logs
        .known()
        .map_or(&[][..], |logs| logs.receivers.as_slice());
    let sockets = container.sockets.as_ref().and_then(Observed::known);
    let config = match backend.tempo.config.get() {
        Ok(config) => Some(config),
        // Its own start-up lines, and its sockets, are proof enough without the configuration.
        Err(gap) if announced.is_empty() && sockets.is_none() => return Err(gap),
        Err(_) => None,
    };
    let from_log = announced
        .iter()
        .filter(|line| announced_address(&line.text).is_some_and(is_loopback))
        .map(|line| Evidence::log(&container.name, line));
    // What it said at its start is what it does; the configuration only speaks where the start is not in the log.
    let config = config.filter(|_| announced.is_empty() || said_loopback(announced));
    let from_config = config.into_iter().flat_map(|config| {
        let bound = config
            .receivers
            .iter()
            .filter(|receiver| is_loopback(&receiver.endpoint));
        bound.map(|receiver| {
            let text = format!(
                "OTLP {} endpoint: {}",
                receiver.protocol.word(),
                receiver.endpoint
            );
            match place(backend, receiver.protocol) {
                Some(place) => place,
                None => Evidence::new(EvidenceKind::Configuration, &config.source, text),
            }
        })
    });
    let from_sockets = sockets.into_iter().flat_map(|sockets| {
        OTLP_PORTS
            .into_iter()
            .filter(|port| sockets.listens_on_loopback_only(*port))
            .map(|port| {
                let text = format!("port {port} listens on loopback only");
                Evidence::new(EvidenceKind::Socket, &container.name, text)
            })
    });
    let mut proofs = from_log.chain(from_config).chain(from_sockets);
    let Some(first) = proofs.next() else {
        return Ok(Outcome::Pass);
    };
    let rest: Vec<_> = proofs.collect();
    let report = Report::new(
        format!(
            "Tempo `{}` receives OTLP on its own loopback only, so that every other container is refused",
            backend.label()
        ),
        first,
        Remedy::run(
            format!(
                "set the receivers' `endpoint` to `0.0.0.0:4317` and `0.0.0.0:4318` in {}, then restart it",
                file(backend)
            ),
            commands::restart(container),
        ),
    );
    let since = container
        .state
        .started_at
        .map(|at| Moment::new(at, "it started with this configuration"));
    fail(report.since(since).proof(rest))
}

/// Where the file says, or leaves out, where a receiver listens.
fn place(backend: &Backend<'_>, protocol: OtlpProtocol) -> Option<Evidence> {
    let name = match protocol {
        OtlpProtocol::Grpc => "grpc",
        OtlpProtocol::Http => "http",
    };
    let path = [
        "distributor",
        "receivers",
        "otlp",
        "protocols",
        name,
        "endpoint",
    ];
    if let Some(endpoint) = setting(backend, &[&path]) {
        return Some(endpoint.proof());
    }
    let document = backend.tempo.file.known()?;
    let (key, _) = document.at(&path[..4])?.entry(name)?;
    let text = format!("{} has no endpoint", path[..5].join("."));
    Some(Evidence::setting(document.key_location(key), text))
}

fn said_loopback(announced: &[LogLine]) -> bool {
    announced
        .iter()
        .any(|line| announced_address(&line.text).is_some_and(is_loopback))
}

/// The address in a line that announces a receiver: `… endpoint=127.0.0.1:4317` or `… "endpoint": "localhost:4317"`.
pub(in crate::checks) fn announced_address(line: &str) -> Option<&str> {
    let (_, after) = line.rsplit_once("endpoint")?;
    let after = after.trim_start_matches(['"', ':', '=', ' ', '\\']);
    let end = after
        .find(['"', ' ', ',', '}', '\\'])
        .unwrap_or(after.len());
    Some(&after[..end])
}

/// Whether a listening address is one that only its own container reaches.
pub(in crate::checks) fn is_loopback(address: &str) -> bool {
    let host = address
        .rsplit_once(':')
        .map_or(address, |(host, _)| host)
        .trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_address_in_the_forms_that_tempo_and_the_collector_print() {
        for (line, address) in [
            (
                r#"level=info msg="Starting GRPC server" component=tempo endpoint=127.0.0.1:4317"#,
                "127.0.0.1:4317",
            ),
            (
                r#"info Starting GRPC server {"kind": "receiver", "endpoint": "localhost:4317"}"#,
                "localhost:4317",
            ),
            (
                r#"msg="Starting HTTP server" endpoint=[::]:4318"#,
                "[::]:4318",
            ),
        ] {
            assert_eq!(announced_address(line), Some(address));
        }
    }

    #[test]
    fn only_loopback_addresses_are_loopback() {
        assert!(
            is_loopback("127.0.0.1:4317")
                && is_loopback("localhost:4317")
                && is_loopback("[::1]:4317")
        );
        assert!(!is_loopback("0.0.0.0:4317") && !is_loopback("[::]:4317") && !is_loopback(":4317"));
    }
}

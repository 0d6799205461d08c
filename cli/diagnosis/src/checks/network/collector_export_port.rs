//! A collector that exports to a port or path where its protocol is not received.

use super::relay;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::configuration::endpoint_protocol_mismatch::{port_of, receiver_at},
    code::Code,
    export::Target,
    finding::{Evidence, EvidenceKind, Severity},
    policy::Policy,
    snapshot::{OtlpProtocol, TempoConfig},
    view::{Backend, Relay, Route, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(419),
    name: "collector-export-port",
    severity: Severity::Error,
    summary: "a collector sends traces to a port or path of Tempo where its protocol is not received",
    why: "The collector tries again for minutes and then drops the batch, while its senders see no error.",
    causes: &[
        "`otlp` speaks gRPC and belongs to 4317, `otlphttp` speaks HTTP and belongs to 4318.",
        "Tempo's query port 3200 was taken for its ingest port.",
        "`otlphttp` adds `/v1/traces` by itself: a path such as `/otlp` or `/v1/traces` in `endpoint` ends in 404.",
    ],
    remedy: "Use exporter `otlp` with port 4317, or `otlphttp` with `http://tempo:4318` and no path.",
    verify: "Tempo counts accepted spans: `ptctl status`.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachCollector(examine),
};

fn examine(relay: &Relay<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let pipelines = relay.pipelines.get()?;
    if pipelines.exporters.is_empty() {
        return Ok(Outcome::NotApplicable(relay::NO_TRACES));
    }
    for route in &relay.routes {
        let Target::Container { container, port } = &route.target else {
            continue;
        };
        let to_tempo =
            |backend: &&Backend<'_>| backend.tempo.container.as_ref() == Some(&container.id);
        let Some(backend) = stack.backends.iter().find(to_tempo) else {
            continue;
        };
        let Some(port) = *port else {
            continue;
        };
        let config = backend.tempo.config.get()?;
        let Some(wrong) = wrong(route, port, config) else {
            continue;
        };
        let right = match route.exporter.protocol {
            Some(OtlpProtocol::Http) => format!("http://{}:4318", route.endpoint.host),
            Some(OtlpProtocol::Grpc) | None => format!("{}:4317", route.endpoint.host),
        };
        let report = Report::new(
            format!("{}, but {wrong}", relay::sends(relay, route)),
            route.exporter.proof(),
            relay::mend(
                relay,
                format!(
                    "set the endpoint of `{}` to `{right}`",
                    route.exporter.part.id
                ),
            ),
        );
        let receivers = config.receivers.iter().map(|receiver| {
            let text = format!(
                "OTLP {} endpoint: {}",
                receiver.protocol.word(),
                receiver.endpoint
            );
            Evidence::new(EvidenceKind::Configuration, &config.source, text)
        });
        return fail(report.since(relay::started(relay)).proof(receivers));
    }
    Ok(Outcome::Pass)
}

/// What is wrong with a way to a Tempo, if anything.
fn wrong(route: &Route<'_>, port: u16, config: &TempoConfig) -> Option<String> {
    let protocol = route.exporter.protocol?;
    match receiver_at(config, port) {
        Some(receiver) if receiver.protocol != protocol => Some(format!(
            "it speaks {} and that port of Tempo {}",
            protocol.word(),
            receiver.protocol.word()
        )),
        Some(_) => match route.endpoint.path.as_str() {
            path @ ("otlp" | "otlp/v1/traces") if protocol == OtlpProtocol::Http => {
                Some(format!("Tempo has no path `/{path}`"))
            }
            _ => None,
        },
        None if port == config.http_port => Some("that is Tempo's port for queries".to_owned()),
        None => {
            let ports: Vec<String> = config
                .receivers
                .iter()
                .filter_map(|receiver| port_of(&receiver.endpoint))
                .map(|port| port.to_string())
                .collect();
            Some(match ports.as_slice() {
                [] => "Tempo receives OTLP nowhere".to_owned(),
                ports => format!("Tempo receives OTLP at {}", ports.join(" and ")),
            })
        }
    }
}

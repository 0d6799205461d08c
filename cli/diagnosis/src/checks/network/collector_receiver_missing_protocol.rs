//! A collector that does not receive the protocol that a service speaks, or not at that port.

use super::{collector_without_traces_pipeline, relay};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    collector::Pipelines,
    finding::Severity,
    policy::Policy,
    view::{Relay, Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(427),
    name: "collector-receiver-missing-protocol",
    severity: Severity::Error,
    summary: "a service speaks an OTLP protocol, or to a port, that the collector does not receive",
    why: "The connection is refused, or the other protocol answers with a riddle that differs by language.",
    causes: &[
        "The receiver has `grpc:` and not `http:`, or the other way round.",
        "The service's port and protocol do not belong together: 4317 is gRPC, 4318 HTTP.",
    ],
    remedy: "Add the protocol to `receivers.otlp.protocols` of the collector, or change the service's endpoint.",
    verify: "Tempo counts accepted spans: `ptctl status`.",
    masked_by: &[&[Cause::same_subject(
        collector_without_traces_pipeline::CHECK.code,
    )]],
    explains: &[],
    examine: Examine::EachCollector(examine),
};

fn examine(relay: &Relay<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let clients = relay::clients(relay, stack);
    if clients.is_empty() {
        return Ok(Outcome::NotApplicable(relay::NO_CLIENTS));
    }
    let pipelines = relay.pipelines.get()?;
    let others = pipelines
        .receivers
        .iter()
        .any(|receiver| receiver.kind != "otlp");
    let unknown = pipelines
        .listeners
        .iter()
        .any(|listener| listener.port().is_none());
    if pipelines.listeners.is_empty() || others || unknown {
        return Ok(Outcome::NotApplicable(
            "its configuration does not tell every port that it receives at",
        ));
    }
    let wrong: Vec<_> = clients
        .into_iter()
        .filter_map(|client| Some((client, wrong(client, pipelines)?)))
        .collect();
    let Some((client, what)) = wrong.first() else {
        return Ok(Outcome::Pass);
    };
    let shown = client
        .settings
        .known()
        .map(crate::export::ExportSettings::shown);
    let report = Report::new(
        format!(
            "`{}` sends spans to `{}`, but collector `{}` {what}",
            client.label(),
            shown.unwrap_or_default(),
            relay.label()
        ),
        pipelines.listeners[0].proof(),
        relay::mend(
            relay,
            format!(
                "add the protocol that `{}` speaks to the OTLP receiver",
                client.label()
            ),
        ),
    );
    let senders = wrong
        .iter()
        .filter_map(|(client, _)| relay::client_proof(client));
    fail(report.since(relay::started(relay)).proof(senders))
}

/// What is wrong with a service's way into a collector, if anything.
fn wrong(client: &Service<'_>, pipelines: &Pipelines) -> Option<String> {
    let port = relay::port_of(client)?;
    let Some(listener) = pipelines.listener_at(port) else {
        let ports: Vec<String> = pipelines
            .listeners
            .iter()
            .filter_map(|listener| {
                Some(format!(
                    "{} at {}",
                    listener.protocol.word(),
                    listener.port()?
                ))
            })
            .collect();
        return Some(format!("receives OTLP {}", ports.join(" and ")));
    };
    let protocol = client.settings.known()?.protocol?;
    (listener.protocol != protocol).then(|| {
        format!(
            "speaks {} at that port and the service {}",
            listener.protocol.word(),
            protocol.word()
        )
    })
}

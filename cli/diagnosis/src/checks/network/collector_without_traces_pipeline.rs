//! A collector that takes no traces, although services send it some.

use super::relay;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    collector::Intake,
    finding::{Evidence, EvidenceKind, Severity},
    policy::Policy,
    view::{Relay, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(414),
    name: "collector-without-traces-pipeline",
    severity: Severity::Error,
    summary: "services send spans to a collector that has no traces pipeline for them",
    why: "A receiver offers only the signals of the pipelines that it is in: every export of spans ends in UNIMPLEMENTED or 404.",
    causes: &[
        "`service.pipelines` has metrics and logs only.",
        "The OTLP receiver is missing from the list `receivers` of the traces pipeline.",
    ],
    remedy: "Add `service.pipelines.traces` with the OTLP receiver and an exporter to Tempo, then restart the collector.",
    verify: "Tempo counts accepted spans: `ptctl status`.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachCollector(examine),
};

fn examine(relay: &Relay<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let clients = relay::clients(relay, stack);
    let Some(client) = clients.first() else {
        return Ok(Outcome::NotApplicable(relay::NO_CLIENTS));
    };
    let pipelines = relay.pipelines.get()?;
    let takes = pipelines
        .listeners
        .iter()
        .any(|listener| listener.intake == Intake::Traces);
    // Other receivers may stand at the port that is sent to.
    if takes || !pipelines.receivers.is_empty() {
        return Ok(Outcome::Pass);
    }
    let (what, proof) = if pipelines.traces.is_empty() {
        let proof = pipelines.listeners.first().map_or_else(
            || {
                Evidence::new(
                    EvidenceKind::Configuration,
                    &relay.container.name,
                    "no pipeline of traces",
                )
            },
            crate::collector::Listener::proof,
        );
        ("has no traces pipeline", proof)
    } else {
        (
            "has a traces pipeline that receives from nobody",
            pipelines.traces[0].proof(),
        )
    };
    let senders = clients
        .iter()
        .filter_map(|client| relay::client_proof(client));
    let report = Report::new(
        format!(
            "`{}` sends spans to collector `{}`, which {what}",
            client.label(),
            relay.label()
        ),
        proof,
        relay::mend(
            relay,
            "add a pipeline `traces` with the OTLP receiver and an exporter to Tempo",
        ),
    );
    fail(report.since(relay::started(relay)).proof(senders))
}

//! A collector whose traces end inside of it.

use super::relay;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Relay, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(426),
    name: "collector-exporter-missing",
    severity: Severity::Error,
    summary: "a collector receives traces and sends them nowhere",
    why: "It accepts every span, prints or counts it, and drops it: nobody sees an error.",
    causes: &[
        "The traces pipeline has `debug`, `logging` or `nop` as its only exporter.",
        "The exporter to Tempo is configured and missing from the pipeline.",
    ],
    remedy: "Add an exporter to Tempo to the `exporters` of the traces pipeline, then restart the collector.",
    verify: "Tempo counts accepted spans: `ptctl status`.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachCollector(examine),
};

fn examine(relay: &Relay<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let pipelines = relay.pipelines.get()?;
    if pipelines.traces.is_empty() {
        return Ok(Outcome::NotApplicable(relay::NO_TRACES));
    }
    if relay::clients(relay, stack).is_empty() {
        return Ok(Outcome::NotApplicable(relay::NO_CLIENTS));
    }
    let sinks = pipelines.exporters.iter();
    if !pipelines.undefined.is_empty() || !sinks.clone().all(crate::collector::Exporter::is_sink) {
        return Ok(Outcome::Pass);
    }
    let ends = if pipelines.exporters.is_empty() {
        "hands them to no exporter".to_owned()
    } else {
        let names = sinks.clone().map(|exporter| exporter.part.id.as_str());
        format!("hands them to {} only", relay::names(names))
    };
    fail(
        Report::new(
            format!(
                "collector `{}` receives traces and {ends}: none of them reaches Tempo",
                relay.label()
            ),
            pipelines.traces[0].proof(),
            relay::mend(
                relay,
                "add an `otlp` exporter to Tempo to the traces pipeline",
            ),
        )
        .since(relay::started(relay))
        .proof(sinks.map(|exporter| exporter.part.proof())),
    )
}

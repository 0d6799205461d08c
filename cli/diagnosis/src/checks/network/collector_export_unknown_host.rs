//! A collector that exports to a name that nobody has.

use super::relay;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    export::Target,
    finding::Severity,
    policy::Policy,
    view::{Relay, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(417),
    name: "collector-export-unknown-host",
    severity: Severity::Error,
    summary: "a collector sends traces to a name that nobody answers to",
    why: "Services hand their spans over without an error; the collector keeps and then drops them.",
    causes: &[
        "A typing error.",
        "Tempo's service was renamed, or was never started.",
        "A container name of another project.",
    ],
    remedy: "Use a name that Tempo answers to on a shared network: its Compose service.",
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
    let lost = relay
        .routes
        .iter()
        .find(|route| route.target == Target::Nobody);
    let Some(route) = lost else {
        return Ok(Outcome::Pass);
    };
    let tempo = stack
        .backends
        .first()
        .map_or("tempo", |backend| backend.label());
    let report = Report::new(
        format!(
            "{}, but no container on its networks has that name",
            relay::sends(relay, route)
        ),
        route.exporter.proof(),
        relay::mend(
            relay,
            format!("let the exporter's endpoint name Tempo, such as `{tempo}`,"),
        ),
    );
    fail(
        report
            .since(relay::started(relay))
            .proof([relay::networks_proof(relay)]),
    )
}

//! A collector whose exporter leads back to itself.

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
    code: Code::new(421),
    name: "collector-sends-to-itself",
    severity: Severity::Error,
    summary: "a collector's exporter names the collector itself",
    why: "Traces go round in circles or are refused, and never reach Tempo.",
    causes: &[
        "The endpoint is `localhost`, which inside a container is the container itself.",
        "The endpoint is the collector's own service name.",
    ],
    remedy: "Let the exporter name Tempo's service: `tempo:4317`.",
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
    let itself = relay.routes.iter().find(|route| match &route.target {
        Target::OwnLoopback => true,
        Target::Container { container, .. } => container.id == relay.container.id,
        Target::HostPort | Target::NotShared { .. } | Target::Nobody | Target::Outside => false,
    });
    let Some(route) = itself else {
        return Ok(Outcome::Pass);
    };
    let tempo = stack
        .backends
        .first()
        .map_or("tempo", |backend| backend.label());
    fail(
        Report::new(
            format!("{}, which is itself", relay::sends(relay, route)),
            route.exporter.proof(),
            relay::mend(
                relay,
                format!(
                    "let `{}` name Tempo, such as `{tempo}:4317`,",
                    route.exporter.part.id
                ),
            ),
        )
        .since(relay::started(relay)),
    )
}

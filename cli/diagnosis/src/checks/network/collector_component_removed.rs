//! A component that the collector's version no longer has.

use super::relay;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    collector::{Part, PartRole},
    finding::{Evidence, EvidenceKind, Severity},
    observed::Probe,
    policy::Policy,
    release::Release,
    view::{Relay, Stack},
};

/// What was removed from the collector and its contributed components: by its releases' notes.
const REMOVED: [(PartRole, &str, u32, &str); 5] = [
    (PartRole::Exporter, "logging", 111, "debug"),
    (PartRole::Exporter, "jaeger", 86, "otlp"),
    (PartRole::Exporter, "jaeger_thrift", 86, "otlp"),
    (PartRole::Exporter, "opencensus", 134, "otlp"),
    (PartRole::Receiver, "opencensus", 134, "otlp"),
];

pub(crate) static CHECK: Check = Check {
    code: Code::new(416),
    name: "collector-component-removed",
    severity: Severity::Error,
    summary: "a collector's configuration has a component that its version no longer knows",
    why: "The collector refuses a configuration with an unknown component and does not start.",
    causes: &[
        "The image was updated, the configuration was not: `logging` went in 0.111, `jaeger` in 0.86, `opencensus` in 0.134.",
    ],
    remedy: "Replace the component (`logging` by `debug`, `jaeger` by `otlp`), or pin the image to the older version.",
    verify: "`docker logs` on its container ends with `Everything is ready. Begin running and processing data.`.",
    masked_by: &[],
    explains: &[Probe::CollectorMetrics],
    examine: Examine::EachCollector(examine),
};

fn examine(relay: &Relay<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let pipelines = relay.pipelines.get()?;
    let Some(release) = relay.facts.flavour.release_of(relay.container) else {
        return Ok(Outcome::NotApplicable(
            "neither its tag nor a label of its image tells the version",
        ));
    };
    let removed = |part: &Part| {
        REMOVED.iter().find(|(role, kind, minor, _)| {
            let gone = Release::new(0, *minor, 0);
            part.role == *role && part.kind == *kind && release >= gone
        })
    };
    let found = pipelines
        .configured
        .iter()
        .find_map(|part| Some((part, removed(part)?)));
    let Some((part, (_, _, minor, instead))) = found else {
        return Ok(Outcome::Pass);
    };
    let report = Report::new(
        format!(
            "collector `{}` is {}.{} and its configuration has the {} `{}`, removed in 0.{minor}",
            relay.label(),
            release.major,
            release.minor,
            part.role.word(),
            part.id
        ),
        part.proof(),
        relay::mend(relay, format!("replace `{}` by `{instead}`", part.id)),
    );
    let image = Evidence::new(
        EvidenceKind::Container,
        &relay.container.name,
        format!("image {}", relay.container.image),
    );
    fail(report.since(relay::started(relay)).proof([image]))
}

//! A pipeline that names a part which nothing configures.

use super::relay;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::Severity,
    observed::Probe,
    policy::Policy,
    view::{Relay, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(415),
    name: "collector-component-undefined",
    severity: Severity::Error,
    summary: "a collector's pipeline names a receiver, processor or exporter that is not configured",
    why: "The collector refuses such a configuration as a whole and does not start.",
    causes: &[
        "A typing error, or a name without its suffix: `otlp` and `otlp/tempo` are two components.",
        "A part was removed from its section and not from the pipeline.",
    ],
    remedy: "Configure the part under `receivers`, `processors` or `exporters`, or take its name out of the pipeline.",
    verify: "`docker logs` on its container ends with `Everything is ready. Begin running and processing data.`.",
    masked_by: &[],
    explains: &[Probe::CollectorMetrics],
    examine: Examine::EachCollector(examine),
};

fn examine(relay: &Relay<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let pipelines = relay.pipelines.get()?;
    let mut missing = pipelines
        .undefined
        .iter()
        .filter(|part| !part.id.contains('$'));
    let Some(first) = missing.next() else {
        return Ok(Outcome::Pass);
    };
    let report = Report::new(
        format!(
            "collector `{}` names the {} `{}` in a pipeline, and nothing configures it",
            relay.label(),
            first.role.word(),
            first.id
        ),
        first.proof(),
        relay::mend(
            relay,
            format!(
                "configure `{}`, or take its name out of the pipeline",
                first.id
            ),
        ),
    );
    fail(
        report
            .since(relay::started(relay))
            .proof(missing.map(crate::collector::Part::proof)),
    )
}

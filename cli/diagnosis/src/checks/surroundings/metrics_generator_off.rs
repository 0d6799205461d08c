//! A service map in Grafana that no Tempo fills.

use super::source;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    document::Node,
    finding::{Evidence, Severity},
    policy::Policy,
    snapshot::Grafana,
    view::{Neighbour, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(1010),
    name: "metrics-generator-off",
    severity: Severity::Info,
    summary: "Grafana shows a service map that Tempo does not make",
    why: "The map says `No service graph data found`; traces themselves are not touched by it.",
    causes: &[
        "Tempo has no `metrics_generator` with `storage.path` and `remote_write`.",
        "`overrides.defaults.metrics_generator.processors` is empty, which is its default.",
    ],
    remedy: "Configure `metrics_generator` and `overrides.defaults.metrics_generator.processors: [service-graphs, span-metrics]`, or take `serviceMap` out of the data source.",
    verify: "Prometheus has the metric `traces_service_graph_request_total` after the next request.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachGrafana(examine),
};

fn examine(grafana: &Neighbour<'_, Grafana>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    for relay in &stack.collectors {
        let parts = &relay.pipelines.get()?.processors;
        if parts.iter().any(|part| part.kind == "servicegraph") {
            return Ok(Outcome::NotApplicable(
                "a collector makes the service graph",
            ));
        }
    }
    for source in source::of_tempo(grafana.facts)? {
        let (Some(map), Some(backend)) = (
            source.setting(&["serviceMap", "datasourceUid"]),
            source::backend(source, grafana, stack),
        ) else {
            continue;
        };
        let counted = backend
            .tempo
            .metrics
            .known()
            .and_then(|metrics| metrics.generator.spans_received);
        if counted.is_some_and(|spans| spans > 0) {
            continue;
        }
        let file = backend.tempo.file.get()?;
        let section = file
            .at(&["metrics_generator"])
            .filter(|node| !node.is_null());
        let processors = processors(&file.root);
        let (missing, at) = match (section, processors) {
            (None, _) => ("`metrics_generator`", &file.root),
            (Some(section), false) => ("any processor of it in its overrides", section),
            (Some(_), true) => continue,
        };
        let theirs = Evidence::setting(file.location(at), format!("without {missing}"));
        return fail(
            Report::new(
                format!(
                    "Grafana `{}` has a service map, but Tempo `{}` is configured without {missing}",
                    grafana.label(),
                    backend.label()
                ),
                source::proof(source, "serviceMap.datasourceUid", map),
                source::mend(
                    grafana,
                    "switch the metrics generator on in Tempo, or take `serviceMap` out of the data source",
                ),
            )
            .proof([theirs]),
        );
    }
    Ok(Outcome::Pass)
}

/// Whether the overrides name any processor, in their form of since 2.3, the flat one before, or in a file of their own.
fn processors(root: &Node) -> bool {
    let names_some = |path: &[&str]| {
        root.at(path)
            .is_some_and(|node| !node.items().is_empty() || node.text().is_some())
    };
    names_some(&["overrides", "defaults", "metrics_generator", "processors"])
        || names_some(&["overrides", "metrics_generator_processors"])
        || names_some(&["overrides", "per_tenant_override_config"])
}

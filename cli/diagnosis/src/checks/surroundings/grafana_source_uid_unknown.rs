//! A link between data sources that names a uid which none has.

use super::{grafana_without_tempo_source, source};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    document::Node,
    finding::Severity,
    policy::Policy,
    snapshot::{DataSource, Grafana},
    view::{Neighbour, Stack},
};

/// Settings of data sources that name another by its uid.
const LINKS: [&str; 7] = [
    "tracesToLogsV2",
    "tracesToLogs",
    "tracesToMetrics",
    "tracesToProfiles",
    "serviceMap",
    "nodeGraph",
    "lokiSearch",
];
/// Lists of links.
const LISTS: [&str; 2] = ["derivedFields", "exemplarTraceIdDestinations"];

pub(crate) static CHECK: Check = Check {
    code: Code::new(1003),
    name: "grafana-source-uid-unknown",
    severity: Severity::Warning,
    summary: "a data source of Grafana links to a uid that no data source has",
    why: "The link between traces, logs and metrics is there and leads nowhere: `Datasource UID was not found`.",
    causes: &[
        "The data source has no `uid:` in its provisioning file, so that Grafana made one up.",
        "A typing error, or a name where a uid belongs.",
    ],
    remedy: "Give each data source a `uid:` in its provisioning file, and use it in the link.",
    verify: "The link in a span or in a log line opens.",
    // Without a data source of Tempo, what is left are links to it.
    masked_by: &[&[Cause::same_subject(
        grafana_without_tempo_source::CHECK.code,
    )]],
    explains: &[],
    examine: Examine::EachGrafana(examine),
};

fn examine(grafana: &Neighbour<'_, Grafana>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let sources = source::all(grafana.facts)?;
    let is_known = |uid: &str| {
        sources
            .iter()
            .any(|source| source.uid.as_deref() == Some(uid))
    };
    let is_text = |uid: &str| !uid.is_empty() && !uid.contains('$') && !uid.starts_with("--");
    let dead = sources.iter().find_map(|source| {
        let link = links(source).into_iter().find(|(_, node)| {
            node.text()
                .is_some_and(|uid| is_text(uid) && !is_known(uid))
        })?;
        Some((*source, link))
    });
    let Some((source, (name, node))) = dead else {
        return Ok(Outcome::Pass);
    };
    let uid = node.text().unwrap_or_default();
    let known: Vec<String> = sources
        .iter()
        .filter_map(|source| Some(format!("`{}`", source.uid.as_deref()?)))
        .collect();
    let report = Report::new(
        format!(
            "data source `{}` of Grafana `{}` links by `{name}` to the uid `{uid}`, which no data source has",
            source.name,
            grafana.label()
        ),
        source::proof(source, &format!("{name}.datasourceUid"), node),
        source::mend(
            grafana,
            format!("use one of the uids that exist: {}", known.join(", ")),
        ),
    );
    // Without the API, one made by hand may have that uid.
    match grafana.facts.data_sources.known() {
        Some(_) => fail(report),
        None => fail(report.severity(Severity::Info)),
    }
}

/// Every uid that a data source names, with the setting that does.
fn links(source: &DataSource) -> Vec<(&'static str, &Node)> {
    let single = LINKS
        .into_iter()
        .filter_map(|name| Some((name, source.setting(&[name, "datasourceUid"])?)));
    let listed = LISTS.into_iter().flat_map(|name| {
        let items = source.setting(&[name]).map_or(&[][..], Node::items);
        items
            .iter()
            .filter_map(move |item| Some((name, item.get("datasourceUid")?)))
    });
    single.chain(listed).collect()
}

#[cfg(test)]
mod tests {
    use super::{CHECK, grafana_without_tempo_source};
    use crate::{diagnose, fixtures::surrounded, observed::Observed, policy::Policy};

    #[test]
    fn a_link_to_a_tempo_that_grafana_lacks_follows_from_that() {
        let mut snapshot = surrounded();
        let grafana = &mut snapshot.grafanas[0];
        for sources in [&mut grafana.data_sources, &mut grafana.provisioned] {
            if let Observed::Known(sources) = sources {
                sources.retain(|source| source.kind != "tempo");
            }
        }
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let roots = diagnosis.causes.iter().map(|cause| cause.finding.code);
        let expected = [grafana_without_tempo_source::CHECK.code];
        assert_eq!(roots.collect::<Vec<_>>(), expected);
        let symptoms = diagnosis.causes[0].symptoms.iter();
        assert!(
            symptoms
                .map(|symptom| symptom.code)
                .any(|code| code == CHECK.code)
        );
    }
}

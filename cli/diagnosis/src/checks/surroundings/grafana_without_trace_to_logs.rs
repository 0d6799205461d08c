//! A Grafana with Tempo and Loki and no link from traces to logs.

use super::source;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::Severity,
    policy::Policy,
    snapshot::Grafana,
    view::{Neighbour, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(1006),
    name: "grafana-without-trace-to-logs",
    severity: Severity::Info,
    summary: "Grafana has Tempo and Loki and no link from a span to its logs",
    why: "Whoever looks at a trace has to search for its logs by hand.",
    causes: &["`tracesToLogsV2` is missing from the `jsonData` of Tempo's data source."],
    remedy: "Set `tracesToLogsV2.datasourceUid` to the uid of Loki's data source.",
    verify: "A span in Grafana shows \"Logs for this span\".",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachGrafana(examine),
};

fn examine(grafana: &Neighbour<'_, Grafana>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let sources = source::all(grafana.facts)?;
    let Some(loki) = sources.iter().find(|source| source.kind == "loki") else {
        return Ok(Outcome::NotApplicable(
            "it has no data source of Loki that is known of",
        ));
    };
    let unlinked = sources.iter().find(|source| {
        source.kind == "tempo"
            && ["tracesToLogsV2", "tracesToLogs"]
                .iter()
                .all(|name| source.setting(&[name]).is_none())
    });
    let Some(source) = unlinked else {
        return Ok(Outcome::Pass);
    };
    fail(
        Report::new(
            format!(
                "data source `{}` of Grafana `{}` has no link from a span to its logs in `{}`",
                source.name,
                grafana.label(),
                loki.name
            ),
            source::whole(source),
            source::mend(
                grafana,
                format!(
                    "set `tracesToLogsV2.datasourceUid: {}` in its `jsonData`",
                    loki.uid.as_deref().unwrap_or("loki")
                ),
            ),
        )
        .proof([source::whole(loki)]),
    )
}

//! A link from traces to logs in the form of before Grafana 10.

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
    code: Code::new(1005),
    name: "grafana-traces-to-logs-legacy",
    severity: Severity::Info,
    summary: "Grafana's link from traces to logs is written in its old form",
    why: "`tracesToLogs` knows no custom query and no mapping of tags to labels; newer versions of Grafana translate only a part of it.",
    causes: &["The provisioning file was written for Grafana 9 or older."],
    remedy: "Write the same as `tracesToLogsV2`, with `tags` as pairs of `key` and `value`.",
    verify: "\"Logs for this span\" shows lines.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachGrafana(examine),
};

fn examine(grafana: &Neighbour<'_, Grafana>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let sources = source::of_tempo(grafana.facts)?;
    let old = sources.into_iter().find_map(|source| {
        let node = source.setting(&["tracesToLogs"])?;
        (!node.is_null() && source.setting(&["tracesToLogsV2"]).is_none()).then_some((source, node))
    });
    let Some((source, node)) = old else {
        return Ok(Outcome::Pass);
    };
    fail(Report::new(
        format!(
            "data source `{}` of Grafana `{}` has `tracesToLogs`, the form of before Grafana 10",
            source.name,
            grafana.label()
        ),
        source::proof(source, "tracesToLogs", node),
        source::mend(grafana, "write it as `tracesToLogsV2`"),
    ))
}

//! A data source without a tenant, of a Tempo that wants one.

use super::source;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    document::Node,
    finding::{Evidence, EvidenceKind, Severity},
    policy::Policy,
    snapshot::{DataSource, Grafana},
    view::{Neighbour, Stack},
};

/// What the header with the tenant is called.
const HEADER: &str = "X-Scope-OrgID";

pub(crate) static CHECK: Check = Check {
    code: Code::new(1016),
    name: "grafana-source-tenant-missing",
    severity: Severity::Warning,
    summary: "Grafana asks a Tempo with tenants without naming one",
    why: "Every query ends in 401 `no org id`, whatever is stored.",
    causes: &[
        "`multitenancy_enabled: true` in Tempo, and the data source has no header `X-Scope-OrgID`.",
    ],
    remedy: "Set `jsonData.httpHeaderName1: X-Scope-OrgID` and `secureJsonData.httpHeaderValue1` to the tenant.",
    verify: "\"Save & test\" of the data source succeeds.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachGrafana(examine),
};

fn examine(grafana: &Neighbour<'_, Grafana>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    for source in source::of_tempo(grafana.facts)? {
        let Some(backend) = source::backend(source, grafana, stack) else {
            continue;
        };
        let config = backend.tempo.config.get()?;
        if !config.multitenancy || names_header(source) {
            continue;
        }
        let setting = Evidence::new(
            EvidenceKind::Configuration,
            &config.source,
            "multitenancy_enabled: true",
        );
        return fail(
            Report::new(
                format!(
                    "data source `{}` of Grafana `{}` names no tenant, but Tempo `{}` wants one",
                    source.name,
                    grafana.label(),
                    backend.label()
                ),
                source::whole(source),
                source::mend(
                    grafana,
                    format!("set `jsonData.httpHeaderName1: {HEADER}` and its value"),
                ),
            )
            .proof([setting]),
        );
    }
    Ok(Outcome::Pass)
}

fn names_header(source: &DataSource) -> bool {
    source
        .setting(&[])
        .map_or(&[][..], Node::entries)
        .iter()
        .filter(|(key, _)| key.name.starts_with("httpHeaderName"))
        .any(|(_, value)| {
            value
                .text()
                .is_some_and(|name| name.eq_ignore_ascii_case(HEADER))
        })
}

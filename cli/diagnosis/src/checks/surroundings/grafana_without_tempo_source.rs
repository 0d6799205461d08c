//! A Grafana that has no data source of Tempo.

use super::source;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Severity},
    policy::Policy,
    snapshot::Grafana,
    view::{Neighbour, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(1001),
    name: "grafana-without-tempo-source",
    severity: Severity::Warning,
    summary: "Grafana has no data source of Tempo",
    why: "Traces are stored and nobody can look at them in Grafana.",
    causes: &[
        "The provisioning file is missing, or lies outside of `/etc/grafana/provisioning/datasources`.",
        "Data sources made by hand went with Grafana's volume.",
    ],
    remedy: "Provision a data source of `type: tempo` with `url: http://tempo:3200`, then restart Grafana.",
    verify: "Grafana's Explore offers Tempo.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachGrafana(examine),
};

fn examine(grafana: &Neighbour<'_, Grafana>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    if stack.backends.is_empty() {
        return Ok(Outcome::NotApplicable("there is no Tempo to show"));
    }
    let in_files = grafana.facts.provisioned.known().into_iter().flatten();
    if in_files.clone().any(|source| source.kind == "tempo") {
        return Ok(Outcome::Pass);
    }
    // What the files lack may have been made by hand: only the API knows.
    let sources = grafana.facts.data_sources.get()?;
    if sources.iter().any(|source| source.kind == "tempo") {
        return Ok(Outcome::Pass);
    }
    let url = grafana
        .facts
        .reached
        .known()
        .map_or("", |reached| reached.url());
    let text = format!("{} data sources, none of type tempo", sources.len());
    fail(Report::new(
        format!("Grafana `{}` has no data source of Tempo", grafana.label()),
        Evidence::new(EvidenceKind::Http, format!("{url}/api/datasources"), text),
        source::mend(
            grafana,
            "provision a data source of `type: tempo` with Tempo's address as `url`",
        ),
    ))
}

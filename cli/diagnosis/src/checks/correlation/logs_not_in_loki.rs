//! A traced service whose lines Loki does not have, while it has those of others.

use jiff::SignedDuration;

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::{LogSource, Loki},
    view::{Neighbour, Service, Stack},
};

/// A line takes so long at most until Loki finds it.
const UNTIL_FOUND: SignedDuration = SignedDuration::from_mins(5);

pub(crate) static CHECK: Check = Check {
    code: Code::new(903),
    name: "logs-not-in-loki",
    severity: Severity::Info,
    summary: "Loki has no line of a traced service, while it has those of others",
    why: "\"Logs for this span\" finds nothing for the spans of that service.",
    causes: &[
        "Whatever ships the logs leaves the container out: a filter by label or name.",
        "The container's log driver keeps its log from the shipper.",
    ],
    remedy: "Let Alloy, Promtail or the log driver ship that container too, under the same label as the others.",
    verify: "Loki's label of services has the service among its values.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachLoki(examine),
};

fn examine(loki: &Neighbour<'_, Loki>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let sources = loki.facts.sources.get()?;
    // The label under which the most services stand; without any, nothing tells how Loki calls them.
    let known = |source: &LogSource| {
        let services = stack.services.iter();
        services.filter(|service| has(source, service)).count()
    };
    let Some(source) = sources.iter().max_by_key(|source| known(source)) else {
        return Ok(Outcome::NotApplicable("none of its labels names services"));
    };
    if known(source) == 0 {
        return Ok(Outcome::NotApplicable(
            "no value of its labels is the name of a traced service",
        ));
    }
    let missing: Vec<&Service<'_>> = stack
        .services
        .iter()
        .filter(|service| logged_long_ago(service, stack))
        .filter(|service| sources.iter().all(|source| !has(source, service)))
        .collect();
    let Some(first) = missing.first() else {
        return Ok(Outcome::Pass);
    };
    let names: Vec<String> = missing
        .iter()
        .map(|service| format!("`{}`", service.label()))
        .collect();
    let url = loki
        .facts
        .reached
        .known()
        .map_or("", |reached| reached.url());
    let values = Evidence::new(
        EvidenceKind::Http,
        format!("{url}/loki/api/v1/label/{}/values", source.label),
        source.values.join(", "),
    );
    let last = first
        .container
        .logs
        .known()
        .and_then(|logs| logs.tail.last());
    fail(
        Report::new(
            format!(
                "Loki `{}` has no line of {}, whose containers log, while it has those of other services",
                loki.label(),
                names.join(", ")
            ),
            values,
            Remedy::edit(format!(
                "let whatever ships the logs ship {} too, with the label `{}`",
                names.join(", "),
                source.label
            )),
        )
        .proof(last.map(|line| Evidence::log(&first.container.name, line))),
    )
}

/// Whether a service stands among the values of a label under any of its names.
fn has(source: &LogSource, service: &Service<'_>) -> bool {
    let container = service.container;
    let names = [
        Some(container.name.as_str()),
        container.service.as_deref(),
        service.name.as_ref().map(|name| name.0.as_str()),
    ];
    source.values.iter().any(|value| {
        let value = value.trim_start_matches('/');
        names.into_iter().flatten().any(|name| name == value)
            || container
                .project
                .as_ref()
                .zip(container.service.as_ref())
                .is_some_and(|(project, service)| value == format!("{project}/{service}"))
    })
}

/// Whether it wrote lines within the window that Loki should long have.
fn logged_long_ago(service: &Service<'_>, stack: &Stack<'_>) -> bool {
    let Some(logs) = service.container.logs.known() else {
        return false;
    };
    let first = logs.window.first_at.max(Some(stack.snapshot.since));
    logs.window.lines > 0
        && first.is_some_and(|at| stack.snapshot.taken_at.duration_since(at) > UNTIL_FOUND)
}

//! Credentials in the attributes of spans.

use std::collections::BTreeSet;

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::CredentialSighting,
    view::{Service, Stack},
};

/// So many attributes are shown.
const SHOWN: usize = 4;

pub(crate) static CHECK: Check = Check {
    code: Code::new(709),
    name: "credential-in-attribute",
    severity: Severity::Warning,
    summary: "attributes of a service's spans hold credentials",
    why: "Whoever may read traces can use them, in Grafana, in exports and in backups, for as long as the traces are kept.",
    causes: &[
        "The capture of HTTP headers is switched on for `authorization`, `cookie` or an API key.",
        "A whole address with a password or a token in it is recorded (`url.full`, a connection string).",
        "Code puts a request or a configuration into an attribute.",
    ],
    remedy: "Leave the attribute out where it is made, or delete it in the collector (`attributes` or `redaction` processor); then exchange the credential.",
    verify: "`ptctl doctor` finds none in traces that began since.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(name) = &service.name else {
        return Ok(Outcome::NotApplicable(
            "nothing tells the name on its spans",
        ));
    };
    if stack.traces()?.is_empty() {
        return Ok(Outcome::NotApplicable("no traces were read"));
    }
    let found: Vec<(&str, &CredentialSighting)> = stack
        .backends
        .iter()
        .filter_map(|backend| Some((backend.label(), backend.tempo.sample.as_ref()?.known()?)))
        .flat_map(|(tempo, sample)| sample.credentials.iter().map(move |one| (tempo, one)))
        .filter(|(_, one)| one.service.as_ref() == Some(&name.0))
        .collect();
    let keys: BTreeSet<&str> = found.iter().map(|(_, one)| one.key.as_str()).collect();
    let shown: Vec<String> = keys
        .iter()
        .take(SHOWN)
        .map(|key| format!("`{key}`"))
        .collect();
    let more = match keys.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let mut proofs = found.iter().take(SHOWN).map(|(tempo, one)| {
        let place = match one.span.as_str() {
            "" => "the resource".to_owned(),
            span => format!("the span `{span}`"),
        };
        let text = format!(
            "`{}` of {place}, {} times: {}",
            one.key,
            one.count,
            one.sign.describe()
        );
        Evidence::new(EvidenceKind::Search, *tempo, text)
    });
    let Some(first) = proofs.next() else {
        return Ok(Outcome::Pass);
    };
    fail(
        Report::new(
            format!("attributes of spans of `{}` hold credentials: {}{more}", service.label(), shown.join(", ")),
            first,
            Remedy::edit(format!(
                "leave {}{more} out where they are recorded, or delete them in the collector, and exchange the credentials",
                shown.join(", ")
            )),
        )
        .proof(proofs),
    )
}

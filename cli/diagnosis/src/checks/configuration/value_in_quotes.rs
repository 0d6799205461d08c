//! Quotes or blanks that are part of a value.

use super::{
    aim,
    value::{self, Effect, Reaction},
};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Language, Library, variables},
    finding::{Evidence, EvidenceKind, Severity},
    policy::Policy,
    snapshot::EnvironmentVariable,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(332),
    name: "value-in-quotes",
    severity: Severity::Warning,
    summary: "quotes or blanks around a tracing variable's value are part of it",
    why: "`\"otlp\"` with its quotes is another word than `otlp`: the SDK does not know it, or the service's name carries the quotes into Tempo.",
    causes: &[
        "An `env_file` with quotes, which `docker run --env-file` and Compose 1.x keep.",
        "`environment: - NAME=\"value\"`, where YAML keeps the quotes in the middle of a word.",
    ],
    remedy: "Take the quotes and blanks away where the value is written, then recreate the service.",
    verify: "`ptctl env` shows the value without them.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

/// Variables whose value is one of a few words: with quotes it is none of them.
const WORDS: [&str; 5] = [
    variables::EXPORTER,
    variables::PROTOCOL[0],
    variables::PROTOCOL[1],
    variables::SAMPLER,
    variables::PROPAGATORS,
];

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let mut judged = service
        .container
        .environment
        .iter()
        // Endpoints have checks of their own.
        .filter(|variable| {
            variable.name.starts_with("OTEL_") && !variable.name.ends_with("_ENDPOINT")
        })
        .peekable();
    if judged.peek().is_none() {
        return Ok(Outcome::NotApplicable("it has no variable of tracing"));
    }
    // Our library takes blanks away by itself.
    let ours = Library::of(service.container) == Library::Ours;
    let wrong: Vec<&EnvironmentVariable> = judged
        .filter(|variable| is_quoted(&variable.value) || (!ours && has_blanks(&variable.value)))
        .collect();
    let Some(first) = wrong.first() else {
        return Ok(Outcome::Pass);
    };
    let quoted = wrong.iter().any(|variable| is_quoted(&variable.value));
    let word = wrong
        .iter()
        .any(|variable| is_quoted(&variable.value) && WORDS.contains(&variable.name.as_str()));
    let reaction = Reaction::of(service, &[Language::Python, Language::Java]);
    let severity = match (quoted, word, Effect::of(service, stack)) {
        // Most SDKs take blanks away by themselves.
        (false, _, _) => Severity::Info,
        (true, _, Effect::Arrive) | (true, false, _) => Severity::Warning,
        (true, true, effect) => reaction.severity(effect).max(Severity::Warning),
    };
    let marks = if quoted { "quotes" } else { "blanks" };
    let names: Vec<String> = wrong
        .iter()
        .map(|variable| format!("`{}`", variable.name))
        .collect();
    let right = first.value.trim().trim_matches(['"', '\'']);
    let proofs = wrong.iter().map(|variable| {
        Evidence::new(
            EvidenceKind::Variable,
            &service.container.name,
            format!("{}={}", variable.name, variable.value),
        )
    });
    let mut proofs = proofs.collect::<Vec<_>>().into_iter();
    let Some(proof) = proofs.next() else {
        return Ok(Outcome::Pass);
    };
    let report = Report::new(
        format!(
            "`{}` has {marks} in the value of {}: they are part of it",
            service.label(),
            names.join(", "),
        ),
        proof,
        value::set(service, &first.name, right),
    );
    fail(
        report
            .proof(proofs)
            .since(Some(aim::created(service)))
            .severity(severity),
    )
}

fn is_quoted(value: &str) -> bool {
    let value = value.trim();
    ['"', '\'']
        .iter()
        .any(|quote| value.len() > 1 && value.starts_with(*quote) && value.ends_with(*quote))
}

fn has_blanks(value: &str) -> bool {
    !value.trim().is_empty() && value.trim() != value
}

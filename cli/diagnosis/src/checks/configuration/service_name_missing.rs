//! A service that has no name in Tempo.

use super::aim;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    export::{Language, Runtime},
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(328),
    name: "service-name-missing",
    severity: Severity::Warning,
    summary: "a service has no name, and its spans stand under `unknown_service`",
    why: "Nobody who searches for the service finds its traces, and the service graph shows one node for all that have no name.",
    causes: &[
        "Neither `OTEL_SERVICE_NAME` nor `service.name` in `OTEL_RESOURCE_ATTRIBUTES` is set.",
        "The code builds a resource of its own without a name.",
    ],
    remedy: "Set `OTEL_SERVICE_NAME` to the name of the service, then recreate it.",
    verify: "The service's own name is among the values of `service.name` in Tempo.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    if service.name.is_some() {
        return Ok(Outcome::Pass);
    }
    let language = Runtime::of(service.container).language;
    let mut nameless = None;
    for backend in &stack.backends {
        let services = backend.tempo.services.get()?;
        nameless = nameless.or(services.iter().find(|name| can_be_of(name, language)));
    }
    let Some(nameless) = nameless else {
        return Ok(Outcome::NotApplicable(
            "no variable names it, and Tempo has no span without a name: the name is given in code, or nothing has arrived",
        ));
    };
    let name = service.label();
    let others = stack
        .services
        .iter()
        .filter(|other| other.name.is_none())
        .count();
    let report = Report::new(
        format!("`{name}` has no service name, and Tempo has spans of `{nameless}`"),
        Evidence::new(
            EvidenceKind::Search,
            "Tempo",
            format!("service.name={nameless:?}"),
        ),
        Remedy::edit(format!(
            "set `OTEL_SERVICE_NAME={name}` for `{name}` in the Compose file, then recreate it"
        ))
        .then(commands::recreate(service.container)),
    )
    .since(Some(aim::created(service)))
    .proof([Evidence::new(
        EvidenceKind::Variable,
        &service.container.name,
        "OTEL_SERVICE_NAME and service.name are not set",
    )]);
    // Where several have no name, the spans may be of another.
    fail(if others > 1 { report.likely() } else { report })
}

/// Whether spans under this name can be those of a nameless service in this language: most SDKs append it.
fn can_be_of(name: &str, language: Option<Language>) -> bool {
    if name == "OTLPResourceNoAttributes" {
        return true;
    }
    let Some(rest) = name.strip_prefix("unknown_service") else {
        return false;
    };
    let appended = match rest.trim_start_matches(':') {
        "java" => Some(Language::Java),
        "node" => Some(Language::Node),
        "python" => Some(Language::Python),
        "dotnet" => Some(Language::DotNet),
        "go" => Some(Language::Go),
        "php" => Some(Language::Php),
        "ruby" => Some(Language::Ruby),
        _ => None,
    };
    match (appended, language) {
        (Some(appended), Some(language)) => appended == language,
        (None, _) | (_, None) => true,
    }
}

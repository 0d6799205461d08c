//! A service that has no name in Tempo.

use super::{aim, resource_attributes_malformed, value};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    export::{Language, Runtime, ServiceName, Setting},
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    observed::Gap,
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
    masked_by: &[&[Cause::same_variable(
        resource_attributes_malformed::CHECK.code,
    )]],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    // A name that only Tempo tells may be that of an earlier container: it counts where spans came since the start.
    if ServiceName::of(service.container).is_some() || is_seen_since_start(service, stack)? {
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
    .proof([lost_name(service).unwrap_or_else(|| {
        Evidence::new(
            EvidenceKind::Variable,
            &service.container.name,
            "OTEL_SERVICE_NAME and service.name are not set",
        )
    })]);
    // Where several have no name, the spans may be of another.
    fail(if others > 1 || service.name.is_some() {
        report.likely()
    } else {
        report
    })
}

/// Whether Tempo has a span of this name that is younger than the container's last start.
fn is_seen_since_start(service: &Service<'_>, stack: &Stack<'_>) -> Result<bool, Gap> {
    if service.name.is_none() {
        return Ok(false);
    }
    let last = stack
        .sighting_of(service)?
        .and_then(|sighting| sighting.last_at);
    Ok(last.is_some_and(|last| Some(last) >= service.container.state.started_at))
}

/// The resource attributes that hold a name which is not written as a pair, and so is lost.
fn lost_name(service: &Service<'_>) -> Option<Evidence> {
    let attributes = Setting::of(service.container, "OTEL_RESOURCE_ATTRIBUTES")?;
    let is_lost = |item: &str| item.contains("service.name") && !item.contains('=');
    attributes
        .items()
        .any(is_lost)
        .then(|| value::proof(service, &attributes))
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

#[cfg(test)]
mod tests {
    use crate::{diagnose, fixtures, observed::Observed, policy::Policy};

    /// The root causes where a service has these attributes and no other name.
    fn roots(attributes: &str) -> Vec<String> {
        let mut snapshot = fixtures::healthy();
        let command = "opentelemetry-instrument python app.py";
        snapshot.speak(command, "http://tempo:4317", "grpc");
        let environment = &mut snapshot.service_mut("scraper").environment;
        environment.retain(|variable| variable.name != "OTEL_SERVICE_NAME");
        snapshot.add_variable("scraper", "OTEL_RESOURCE_ATTRIBUTES", attributes);
        if let Observed::Known(services) = &mut snapshot.tempos[0].services {
            services.push("unknown_service:python3".to_owned());
        }
        diagnose(&snapshot, &Policy::default())
            .causes
            .iter()
            .map(|cause| cause.finding.code.to_string())
            .collect()
    }

    #[test]
    fn a_name_that_is_not_written_as_a_pair_is_missing_for_that_reason() {
        assert_eq!(roots("service.name:scraper,team=shop"), ["PT0326"]);
    }

    #[test]
    fn a_name_that_nobody_wrote_is_missing_beside_another_malformed_attribute() {
        assert_eq!(roots("production"), ["PT0326", "PT0328"]);
    }
}

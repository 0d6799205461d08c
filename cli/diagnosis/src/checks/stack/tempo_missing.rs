//! No trace backend exists where the services send to.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    export::{EndpointSource, Target},
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(101),
    name: "tempo-missing",
    severity: Severity::Error,
    summary: "services send spans to a Tempo that does not exist",
    why: "Every exported span is refused or the name does not resolve; once a service's queue is full, spans are lost.",
    causes: &[
        "Tempo's service is behind a Compose profile that was not started.",
        "Only the application services were started, with `--no-deps`.",
        "Tempo's container was removed.",
    ],
    remedy: "Start Tempo beside the services: `docker compose up --detach tempo`.",
    verify: "`ptctl status` shows a line for Tempo.",
    masked_by: &[],
    explains: &[],
    examine: Examine::Stack(examine),
};

fn examine(stack: &Stack<'_>, _: &Policy) -> Verdict {
    if !stack.backends.is_empty() {
        return Ok(Outcome::Pass);
    }
    let waiting: Vec<(&Service<'_>, &str)> = stack
        .services
        .iter()
        .filter_map(|service| Some((service, missing_tempo(service, stack)?)))
        .collect();
    let Some((first, host)) = waiting.first() else {
        return Ok(Outcome::NotApplicable(
            "no service sends to a Tempo inside this engine that nobody is",
        ));
    };
    let proofs = waiting.iter().filter_map(|(service, _)| {
        let settings = service.settings.known()?;
        Some(Evidence::new(
            EvidenceKind::Variable,
            &service.container.name,
            format!("sends spans to {}", settings.shown()),
        ))
    });
    let profile = behind_profile(host, stack);
    let remedy = match &profile {
        Some((_, profile)) => Remedy::edit(format!(
            "start Tempo with its profile `{profile}`, and set `COMPOSE_PROFILES={profile}` in `.env` so that it always starts"
        ))
        .then(commands::up_with_profile(first.container, host, profile)),
        None => {
            Remedy::edit("start Tempo beside the services").then(commands::up(first.container, host))
        }
    };
    let behind = profile.as_ref().map_or(String::new(), |(_, profile)| {
        format!(": Tempo is behind the profile `{profile}`")
    });
    let containers = stack.snapshot.containers.len() + stack.snapshot.elsewhere.len();
    let report = Report::new(
        format!(
            "no container of this engine is a Tempo, and {} of {} traced services send to a name that nobody has{behind}",
            waiting.len(),
            stack.services.len()
        ),
        Evidence::new(
            EvidenceKind::Container,
            "engine",
            format!("{containers} containers, none of them Tempo"),
        ),
        remedy,
    );
    let report = report
        .proof(proofs)
        .proof(profile.map(|(proof, _)| proof))
        .concerning(waiting.iter().map(|(service, _)| service.subject.clone()));
    // That a name of nobody's is Tempo's is an inference, unless every service names the same.
    fail(if every_service_names(host, stack) {
        report
    } else {
        report.likely()
    })
}

/// The host that a service names, where it is Tempo's by its name or the library's default, or where every traced service
/// names the same one; any other name may be a typing error of one service.
fn missing_tempo<'a>(service: &'a Service<'_>, stack: &'a Stack<'_>) -> Option<&'a str> {
    if service.target != Some(Target::Nobody) {
        return None;
    }
    let settings = service.settings.known()?;
    let host = host_of(service)?;
    let named = host.to_ascii_lowercase().contains("tempo");
    (named || every_service_names(host, stack) || settings.source == EndpointSource::LibraryDefault)
        .then_some(host)
}

/// The profile without which Compose does not start the service that everybody sends to, and where it is written.
fn behind_profile(host: &str, stack: &Stack<'_>) -> Option<(Evidence, String)> {
    let service = stack.snapshot.compose.known()?.service(host)?;
    let profile = service.profiles.first()?.clone();
    let text = format!("{host}: profiles: {}", service.profiles.join(", "));
    Some((Evidence::setting(service.location.clone(), text), profile))
}

fn every_service_names(host: &str, stack: &Stack<'_>) -> bool {
    stack.services.len() > 1
        && stack
            .services
            .iter()
            .all(|service| host_of(service) == Some(host))
}

fn host_of<'a>(service: &'a Service<'_>) -> Option<&'a str> {
    let endpoint = service.settings.known()?.endpoint.as_ref().ok()?;
    Some(&endpoint.host)
}

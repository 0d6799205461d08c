//! No trace backend exists where the services send to.

use std::collections::BTreeSet;

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    export::{EndpointSource, Target},
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::Role,
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
    let waiting: Vec<Waiting<'_>> = stack
        .services
        .iter()
        .filter_map(|service| Waiting::of(service, stack))
        .collect();
    let Some(first) = waiting.first() else {
        return Ok(Outcome::NotApplicable(
            "no service sends to a name inside this engine that nobody answers to",
        ));
    };
    let proofs = waiting.iter().filter_map(|waiting| {
        let settings = waiting.service.settings.known()?;
        Some(Evidence::new(
            EvidenceKind::Variable,
            &waiting.service.container.name,
            format!("sends spans to {}", settings.shown()),
        ))
    });
    let profile = behind_profile(first.host, stack);
    let remedy = match &profile {
        Some((_, profile)) => Remedy::edit(format!(
            "start Tempo with its profile `{profile}`, and set `COMPOSE_PROFILES={profile}` in `.env` so that it always starts"
        ))
        .then(commands::up_with_profile(first.service.container, first.host, profile)),
        None => Remedy::edit("start Tempo beside the services")
            .then(commands::up(first.service.container, first.host)),
    };
    let behind = profile.as_ref().map_or(String::new(), |(_, profile)| {
        format!(": Tempo is behind the profile `{profile}`")
    });
    let quoted = |words: BTreeSet<&str>| {
        let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
        words.join(", ")
    };
    let hosts: BTreeSet<&str> = waiting.iter().map(|waiting| waiting.host).collect();
    let services: BTreeSet<&str> = waiting
        .iter()
        .map(|waiting| waiting.service.label())
        .collect();
    let verb = if services.len() == 1 { "sends" } else { "send" };
    let containers = stack.snapshot.containers.len();
    let elsewhere = stack.snapshot.elsewhere.iter();
    let elsewhere = elsewhere
        .filter(|other| other.role == Role::Tempo)
        .map(|other| {
            let networks: Vec<&str> = other.networks().collect();
            Evidence::new(
                EvidenceKind::Container,
                &other.name,
                format!("a Tempo of another stack, on {}", networks.join(", ")),
            )
        });
    let report = Report::new(
        format!(
            "no container of the stack is a Tempo, and nothing answers to {}, where {} {verb} spans{behind}",
            quoted(hosts),
            quoted(services),
        ),
        Evidence::new(
            EvidenceKind::Container,
            "engine",
            format!("{containers} containers of the stack, none of them Tempo"),
        ),
        remedy,
    )
    .proof(proofs)
    .proof(profile.map(|(proof, _)| proof))
    .proof(elsewhere)
    .concerning(waiting.iter().map(|waiting| waiting.service.subject.clone()));
    // A name that is not Tempo's own may be meant for something else that is missing.
    let meant = waiting.iter().any(|waiting| waiting.meant == Meant::Tempo);
    fail(if meant { report } else { report.likely() })
}

/// A service that sends to a name to which nobody answers.
struct Waiting<'a> {
    service: &'a Service<'a>,
    host: &'a str,
    meant: Meant,
}

/// For whom a name is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meant {
    /// Tempo, by the name itself or by the library's default.
    Tempo,
    /// Nothing tells.
    Unknown,
}

impl<'a> Waiting<'a> {
    /// The service, where it waits for a Tempo. In a stack with a collector another name may be meant for that.
    fn of(service: &'a Service<'_>, stack: &Stack<'_>) -> Option<Self> {
        if service.target != Some(Target::Nobody) {
            return None;
        }
        let settings = service.settings.known()?;
        let host = &settings.endpoint.as_ref().ok()?.host;
        let named = host.to_ascii_lowercase().contains("tempo");
        let meant = if named || settings.source == EndpointSource::LibraryDefault {
            Meant::Tempo
        } else {
            Meant::Unknown
        };
        (meant == Meant::Tempo || stack.collectors.is_empty()).then_some(Self {
            service,
            host,
            meant,
        })
    }
}

/// The profile without which Compose does not start the service that is missing, and where it is written.
fn behind_profile(host: &str, stack: &Stack<'_>) -> Option<(Evidence, String)> {
    let service = stack.snapshot.compose.known()?.service(host)?;
    let profile = service.profiles.first()?.clone();
    let text = format!("{host}: profiles: {}", service.profiles.join(", "));
    Some((Evidence::setting(service.location.clone(), text), profile))
}

#[cfg(test)]
mod tests {
    use crate::{
        code::Code,
        diagnose,
        finding::Confidence,
        fixtures,
        observed::{Gap, Observed, Probe},
        policy::Policy,
        snapshot::{Role, Snapshot},
        subject::Subject,
    };

    fn without_tempo() -> Snapshot {
        let mut snapshot = fixtures::healthy();
        snapshot
            .containers
            .retain(|container| container.role != Role::Tempo);
        snapshot.tempos.clear();
        snapshot
    }

    #[test]
    fn a_name_that_only_one_service_uses_is_as_telling_as_one_that_all_use() {
        let mut snapshot = without_tempo();
        snapshot.set_variable("scraper", "TEMPO_ENDPOINT", "trace-store:4317");
        snapshot.set_variable("controller", "TEMPO_ENDPOINT", "otlp.example.com:4317");
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let found = &diagnosis.causes[0].finding;
        assert_eq!(
            found.message,
            "no container of the stack is a Tempo, and nothing answers to `trace-store`, where `scraper` sends spans"
        );
        assert_eq!(found.confidence, Confidence::Likely);
    }

    #[test]
    fn a_namesake_in_another_project_is_not_the_service_behind_a_profile() {
        let mut snapshot = without_tempo();
        let mut namesake = fixtures::elsewhere("bank_tempo_1", Role::Tempo, "bank_default");
        namesake.project = Some("bank".to_owned());
        namesake.attachments[0].names.push("tempo".to_owned());
        snapshot.elsewhere.push(namesake);
        let Observed::Known(compose) = &mut snapshot.compose else {
            unreachable!()
        };
        for service in &mut compose.services {
            if service.name == "tempo" {
                service.profiles = vec!["observability".to_owned()];
            }
        }
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let found: Vec<_> = diagnosis
            .causes
            .iter()
            .map(|cause| cause.finding.code)
            .collect();
        assert_eq!(found, [super::CHECK.code]);
        let message = &diagnosis.causes[0].finding.message;
        let behind = "Tempo is behind the profile `observability`";
        assert!(message.ends_with(behind), "{message}");
        // Without the files nothing says that another one was meant.
        let unread = Gap::new(Probe::ComposeFiles, Subject::Stack, "not on this machine");
        snapshot.compose = Observed::Unknown(unread);
        let diagnosis = diagnose(&snapshot, &Policy::default());
        assert_eq!(diagnosis.causes[0].finding.code, Code::new(304));
    }

    #[test]
    fn the_name_of_tempo_itself_is_proof() {
        let diagnosis = diagnose(&without_tempo(), &Policy::default());
        let found = &diagnosis.causes[0].finding;
        assert_eq!(
            found.message,
            "no container of the stack is a Tempo, and nothing answers to `tempo`, where `controller`, `scraper` send spans"
        );
        assert_eq!(found.confidence, Confidence::Proven);
    }
}

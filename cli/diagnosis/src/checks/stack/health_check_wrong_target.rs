//! A health check that asks where nobody listens, while the service serves elsewhere.

use jiff::SignedDuration;

use super::probe::{self, ProbeFault};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    observed::Observed,
    policy::Policy,
    snapshot::{HealthCheck, HealthProbe, HealthStatus, Readiness},
    view::{Member, Stack},
};

/// A request served within this time of a failed probe shows that the service works.
const AROUND: SignedDuration = SignedDuration::from_secs(30);

pub(crate) static CHECK: Check = Check {
    code: Code::new(122),
    name: "health-check-wrong-target",
    severity: Severity::Warning,
    summary: "a health check asks a port or page that its service does not have, while the service works",
    why: "It fails for ever and says nothing about what it checks. Whoever waits for `service_healthy` never starts.",
    causes: &[
        "The port published on the host was used inside the container.",
        "`localhost` means `::1` first, and the program listens on IPv4 only.",
        "The program listens on another address, port or path than the one asked for.",
    ],
    remedy: "Ask `127.0.0.1` at the port that the program itself listens on, then recreate the service.",
    verify: "`docker ps` shows the container as healthy.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachContainer(examine),
};

fn examine(member: &Member<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = member.container;
    let (Some(check), Some(health)) = (&container.health_check, &container.state.health) else {
        return Ok(Outcome::NotApplicable("it has no health check"));
    };
    let failed = health
        .last
        .as_ref()
        .filter(|_| health.status == HealthStatus::Unhealthy && container.is_running());
    let Some((last, fault)) = failed.and_then(|last| Some((last, probe::fault(&last.output)?)))
    else {
        return Ok(Outcome::Pass);
    };
    let (what, works) = match fault {
        // Who answers that there is no such page does answer.
        ProbeFault::NoSuchPage => ("asks for a page that is not there", None),
        ProbeFault::Refused => match serves(member, last, stack) {
            Some(works) => ("asks where nobody listens, while it works", Some(works)),
            None => return Ok(Outcome::Pass),
        },
        ProbeFault::ToolMissing(_) | ProbeFault::OptionUnknown(_) => return Ok(Outcome::Pass),
    };
    let said = Evidence::new(
        EvidenceKind::Container,
        &container.name,
        format!("State.Health: {}", last.output.trim()),
    )
    .at(last.at);
    let test = Evidence::new(
        EvidenceKind::Container,
        &container.name,
        format!("Config.Healthcheck.Test={:?}", check.test),
    );
    let remedy =
        Remedy::edit(advice(check, &container.exposed_ports)).then(commands::recreate(container));
    let since = last.at.map(|at| Moment::new(at, "its last probe failed"));
    fail(
        Report::new(
            format!("the health check of `{}` {what}", member.label()),
            said,
            remedy,
        )
        .since(since)
        .proof(works)
        .proof([test]),
    )
}

/// What shows that the program works though its probe is refused.
fn serves(member: &Member<'_>, last: &HealthProbe, stack: &Stack<'_>) -> Option<Evidence> {
    let container = member.container;
    let backend = stack
        .backends
        .iter()
        .find(|backend| backend.subject == member.subject);
    if let Some(backend) = backend {
        let url = backend.tempo.reached.known()?.url();
        return (backend.tempo.ready.known() == Some(&Readiness::Ready)).then(|| {
            Evidence::new(EvidenceKind::Http, format!("{url}/ready"), "HTTP 200")
                .at(Some(stack.snapshot.taken_at))
        });
    }
    if let Some(Observed::Known(metrics)) = &container.metrics {
        let proof = Evidence::new(EvidenceKind::Http, &metrics.url, "HTTP 200");
        return Some(proof.at(Some(stack.snapshot.taken_at)));
    }
    let served = container.logs.known()?.requests.last.as_ref()?;
    let (at, probed) = (served.at?, last.at?);
    (at.duration_since(probed).abs() <= AROUND).then(|| Evidence::log(&container.name, served))
}

fn advice(check: &HealthCheck, exposed: &[u16]) -> String {
    let asks_localhost = check.test.iter().any(|word| word.contains("localhost"));
    let host = if asks_localhost {
        "ask `127.0.0.1` instead of `localhost`, which means `::1` first,"
    } else {
        "ask `127.0.0.1`"
    };
    let ports: Vec<String> = exposed.iter().map(|port| format!("`{port}`")).collect();
    let at = match ports.as_slice() {
        [] => "the port that the program listens on".to_owned(),
        ports => format!(
            "the port that the program listens on (its image exposes {})",
            ports.join(", ")
        ),
    };
    format!("{host} at {at} and for a page that it has, then recreate the service")
}

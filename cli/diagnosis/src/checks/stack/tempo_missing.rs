//! No trace backend exists where the services send to.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    export::Target,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::Stack,
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
    let waiting: Vec<_> = stack
        .services
        .iter()
        .filter(|service| service.target == Some(Target::Nobody))
        .collect();
    let Some(first) = waiting.first() else {
        return Ok(Outcome::NotApplicable(
            "no service sends to a name inside this engine that nobody has",
        ));
    };
    let proofs = waiting.iter().filter_map(|service| {
        let settings = service.settings.known()?;
        Some(Evidence::new(
            EvidenceKind::Variable,
            &service.container.name,
            format!("sends spans to {}", settings.shown()),
        ))
    });
    let containers = stack.snapshot.containers.len() + stack.snapshot.elsewhere.len();
    let report = Report::new(
        format!(
            "no container of this engine is a Tempo, and {} of {} traced services send to a name that nobody has",
            waiting.len(),
            stack.services.len()
        ),
        Evidence::new(
            EvidenceKind::Container,
            "engine",
            format!("{containers} containers, none of them Tempo"),
        ),
        Remedy::edit("start Tempo beside the services")
            .then(commands::up(first.container, "tempo")),
    );
    fail(report.proof(proofs))
}

//! Tempo runs and is not ready.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, explanations},
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    observed::{Gap, Probe},
    policy::Policy,
    snapshot::Readiness,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(201),
    name: "not-ready",
    severity: Severity::Error,
    summary: "Tempo runs but is not ready",
    why: "Until `/ready` says 200, a part of Tempo is missing: spans may be refused, or stored and not found.",
    causes: &[
        "It just started: 2.x needs 15 s, 3.x less than one.",
        "A module failed; its log says which.",
        "It is overloaded, or its port answers to something else.",
    ],
    remedy: "Wait for it with `ptctl doctor --wait 60s`; if the reason stays, read Tempo's log.",
    verify: "`ptctl status` shows Tempo as ready.",
    masked_by: &[explanations::TEMPO_AWAY],
    explains: &[
        Probe::TempoVersion,
        Probe::TempoConfig,
        Probe::TempoMetrics,
        Probe::TempoSearch,
        Probe::Traces,
    ],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let (said, answer) = match backend.tempo.ready.get()? {
        Readiness::Ready => return Ok(Outcome::Pass),
        // Something answers for it that is no Tempo, or does not let us ask.
        Readiness::NotReady { status, reason } if (400..500).contains(status) => {
            let reason = format!("HTTP {status}: {reason}");
            return Err(Gap::new(Probe::TempoReady, backend.subject.clone(), reason));
        }
        Readiness::NotReady { status, reason } => {
            (reason.clone(), format!("HTTP {status}: {reason}"))
        }
        Readiness::NoAnswer { reason } => (reason.clone(), reason.clone()),
    };
    let url = backend
        .tempo
        .reached
        .known()
        .map_or("", |reached| reached.url());
    let remedy = match backend.container {
        Some(container) => Remedy::run(
            "wait, and if the reason stays, read its log",
            commands::logs(container),
        ),
        None => Remedy::edit("ask whoever runs it; its own log names the module that is missing"),
    };
    let started = backend
        .container
        .and_then(|container| container.state.started_at);
    let report = Report::new(
        format!(
            "Tempo `{}` is not ready: {}",
            backend.label(),
            said.lines().next().unwrap_or_default()
        ),
        Evidence::new(EvidenceKind::Http, format!("{url}/ready"), answer)
            .at(Some(stack.snapshot.taken_at)),
        remedy,
    );
    let fatal = backend.container.and_then(|container| {
        let line = container.logs.known()?.fatal.last()?;
        Some(Evidence::log(&container.name, line))
    });
    let since = started.map(|at| Moment::new(at, "it started"));
    fail(report.since(since).proof(fatal))
}

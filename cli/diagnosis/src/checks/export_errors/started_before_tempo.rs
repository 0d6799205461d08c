//! A service that started before Tempo and never recovered.

use jiff::SignedDuration;

use super::family::Family;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, explanations, standing},
    code::Code,
    finding::{Deed, Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    snapshot::Readiness,
    view::{Service, Stack},
};

/// Time that an exporter's own back-off may take to find a backend that came up.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

pub(crate) static CHECK: Check = Check {
    code: Code::new(510),
    name: "started-before-tempo",
    severity: Severity::Error,
    summary: "a service that started before Tempo still fails to export",
    why: "A good exporter tries again by itself. One that gave up at start, or remembers an old address, needs a restart.",
    causes: &[
        "The SDK made its connection at start and does not make another.",
        "Tempo was recreated with another address, and the service caches the old one.",
    ],
    remedy: "Restart the service now that Tempo is ready: `ptctl restart SERVICE`.",
    verify: "`ptctl status` shows a new last span of the service.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(backend) = stack.backend_of(service) else {
        return Ok(Outcome::NotApplicable(
            "it does not send to a Tempo of this engine directly",
        ));
    };
    let (Some(container), Some(started)) = (backend.container, service.container.state.started_at)
    else {
        return Ok(Outcome::NotApplicable("one of both never started"));
    };
    let Some(tempo_started) = container.state.started_at else {
        return Ok(Outcome::NotApplicable("one of both never started"));
    };
    if started >= tempo_started {
        return Ok(Outcome::Pass);
    }
    if *backend.tempo.ready.get()? != Readiness::Ready {
        return Ok(Outcome::NotApplicable("Tempo is not ready yet"));
    }
    let late = standing::standing(service, stack)?
        .into_iter()
        .find(|group| {
            let after = group.last_at.map(|last| last.duration_since(tempo_started));
            Family::is_absence(group.kind) && after.is_some_and(|after| after > PATIENCE)
        });
    let Some(group) = late else {
        return Ok(Outcome::Pass);
    };
    let report = Report::new(
        format!(
            "`{}` started before Tempo and still fails to export, {} s after Tempo came up",
            service.label(),
            group
                .last_at
                .map_or(0, |last| last.duration_since(tempo_started).as_secs()),
        ),
        standing::proof(service, group),
        Remedy::run(
            "restart it now that Tempo is ready",
            commands::restart(service.container),
        )
        .doing(Deed::Restart {
            container: service.container.id.clone(),
        }),
    );
    let times = [
        (&service.container.name, started),
        (&container.name, tempo_started),
    ]
    .map(|(name, at)| Evidence::new(EvidenceKind::Container, name, "State.StartedAt").at(Some(at)));
    fail(
        report
            .since(Some(Moment::new(tempo_started, "Tempo started")))
            .likely()
            .proof(times),
    )
}

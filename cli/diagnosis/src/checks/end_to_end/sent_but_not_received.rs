//! Spans that are sent and that arrive elsewhere.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::{explanations, tempo::proof::metric},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(604),
    name: "sent-but-not-received",
    severity: Severity::Error,
    summary: "a service says that its spans are accepted, and Tempo has received none",
    why: "Somebody accepts the spans, but it is not this Tempo: they reach another backend or nobody who keeps them.",
    causes: &[
        "Another container answers to Tempo's name on the same network, such as one left over from before a rename.",
        "A second stack on a shared network has a Tempo of the same name.",
    ],
    remedy: "Look for a second container that answers to the name: `docker network inspect`, and remove or rename it.",
    verify: "`ptctl status` shows the count of accepted spans rising.",
    masked_by: &[explanations::BACKEND, explanations::NETWORK_PATH],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(backend) = stack.backend_of(service) else {
        return Ok(Outcome::NotApplicable(
            "it does not send to a Tempo of this engine directly",
        ));
    };
    let metrics = backend.tempo.metrics.get()?;
    if metrics.accepted > 0 || metrics.refused > 0 {
        return Ok(Outcome::Pass);
    }
    let Some(own) = &service.container.metrics else {
        return Ok(Outcome::NotApplicable("it does not count its spans"));
    };
    let own = own.get()?;
    let Some(spans) = own.spans.filter(|spans| spans.sent > 0) else {
        return Ok(Outcome::NotApplicable("it has sent no span yet"));
    };
    // What was sent to the Tempo of before its last start is in none of its counters.
    let sent_since = metrics
        .started_at
        .zip(service.container.state.started_at)
        .is_some_and(|(tempo, service)| service > tempo);
    if !sent_since {
        return Ok(Outcome::NotApplicable(
            "its spans may have been sent before Tempo's last start",
        ));
    }
    let to = service.settings.known().map_or(String::new(), |settings| {
        format!(" to `{}`", settings.shown())
    });
    let message = format!(
        "`{}` sent {} spans{to} that were accepted, but Tempo `{}` has received none",
        service.label(),
        spans.sent,
        backend.label()
    );
    let counter = format!("spans sent {}", spans.sent);
    let remedy = Remedy::edit(format!(
        "look for another container that answers to the name of `{}` on its networks, and remove or rename it",
        backend.label()
    ));
    fail(
        Report::new(
            message,
            Evidence::new(EvidenceKind::Metric, &own.url, counter),
            remedy,
        )
        .proof([metric(backend, "tempo_receiver_accepted_spans 0")]),
    )
}

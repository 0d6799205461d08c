//! A Tempo that does not end when it is asked to.

use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::stack::tempo_exited,
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    snapshot::{EngineEvent, EngineEventKind},
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(224),
    name: "killed-at-stop",
    severity: Severity::Info,
    summary: "Tempo did not end when it was stopped, and was killed",
    why: "After a query within the last half minute Tempo 2.10 and 3.0 never end on SIGTERM; the engine kills them after its grace. Their memory is on disk by then: nothing is lost.",
    causes: &["A data source or a prober asked something shortly before the stop."],
    remedy: "Nothing to mend: it is harmless for the data. A shorter `stop_grace_period` (10 s) saves time.",
    verify: "None needed.",
    masked_by: &[&[Cause::same_subject(tempo_exited::CHECK.code)]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container else {
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    stack.snapshot.events.get()?;
    let events: Vec<_> = stack.events_of(&container.id).collect();
    let kill = |signal: i64| {
        events
            .iter()
            .rposition(|event| event.kind == EngineEventKind::Kill { signal })
    };
    let (Some(asked), Some(killed)) = (kill(15), kill(9)) else {
        return Ok(Outcome::NotApplicable(
            "it was not killed at a stop within the window",
        ));
    };
    let since_asked = &events[asked.min(killed)..];
    let was_oom = since_asked
        .iter()
        .any(|event| event.kind == EngineEventKind::Oom);
    if asked > killed || was_oom {
        return Ok(Outcome::NotApplicable(
            "it was killed without being asked to end",
        ));
    }
    let (asked, killed) = (events[asked], events[killed]);
    let message = format!(
        "Tempo `{}` did not end within {} s of being stopped and was killed, which is harmless for its data",
        backend.label(),
        killed.at.duration_since(asked.at).as_secs()
    );
    let proof = |event: &EngineEvent, what: &str| {
        Evidence::new(EvidenceKind::Event, &container.name, what).at(Some(event.at))
    };
    let since = Moment::new(asked.at, "it was asked to end");
    fail(
        Report::new(
            message,
            proof(killed, "kill signal=9"),
            Remedy::edit("nothing needs to be done: what it held in memory was written at SIGTERM"),
        )
        .since(Some(since))
        .proof([proof(asked, "kill signal=15")]),
    )
}

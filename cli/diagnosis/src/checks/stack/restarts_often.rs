//! A container that runs now and ended by itself several times within the window.

use jiff::SignedDuration;

use super::{
    run_state, service_oom_killed, service_restarting, tempo_oom_killed, tempo_restarting, weight,
};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    snapshot::{EngineEvent, EngineEventKind},
    view::{Member, Stack},
};

/// A run that ends sooner was an attempt to start and had no spans to lose.
const ATTEMPT: SignedDuration = SignedDuration::from_secs(30);
/// So many ends within the window are no accident.
const OFTEN: usize = 2;

pub(crate) static CHECK: Check = Check {
    code: Code::new(136),
    name: "restarts-often",
    severity: Severity::Warning,
    summary: "a container that spans pass through ended by itself several times and was restarted",
    why: "It looks healthy whenever one looks. At each end, what was not sent or not written yet is lost.",
    causes: &[
        "A crash that the restart policy covers up; the lines before each end name it.",
        "A health check of an orchestrator or a script that restarts it.",
    ],
    remedy: "Read its log around the times of the ends, and mend what it names.",
    verify: "`docker inspect --format '{{.RestartCount}}'` stands still.",
    masked_by: &[&[
        Cause::same_subject(service_oom_killed::CHECK.code),
        Cause::same_subject(tempo_oom_killed::CHECK.code),
        Cause::same_subject(service_restarting::CHECK.code),
        Cause::same_subject(tempo_restarting::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachContainer(examine),
};

fn examine(member: &Member<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = member.container;
    if !weight::carries_spans(member) {
        return Ok(Outcome::NotApplicable("no spans pass through it"));
    }
    if !container.is_running() || container.state.restart_count == 0 {
        return Ok(Outcome::Pass);
    }
    stack.snapshot.events.get()?;
    let events: Vec<&EngineEvent> = stack.events_of(&container.id).collect();
    let ends = crashes(&events);
    let (Some(first), Some(last)) = (ends.first(), ends.last()) else {
        return Ok(Outcome::Pass);
    };
    if ends.len() < OFTEN || ends.iter().all(|end| end.length < Some(ATTEMPT)) {
        return Ok(Outcome::Pass);
    }
    let proofs = ends.iter().rev().take(3).map(|end| {
        let text = format!("die with exit code {}", end.exit_code);
        Evidence::new(EvidenceKind::Event, &container.name, text).at(Some(end.event.at))
    });
    fail(
        Report::new(
            format!(
                "`{}` runs now, and ended by itself {} times since {}",
                member.label(),
                ends.len(),
                stack.snapshot.since
            ),
            run_state::state_proof(container),
            Remedy::run(
                "read what it said before its ends, and mend that",
                commands::logs(container),
            ),
        )
        .since(Some(Moment::new(
            first.event.at,
            "its first end in this window",
        )))
        .proof(proofs)
        .proof(
            (last.exit_code != 0)
                .then(|| run_state::last_words(container))
                .into_iter()
                .flatten(),
        ),
    )
}

/// An end that nobody asked for.
struct Crash<'e> {
    event: &'e EngineEvent,
    exit_code: i64,
    /// How long it had run; `None` where its start is older than the events.
    length: Option<SignedDuration>,
}

/// The ends without a signal from the engine before them, oldest first.
fn crashes<'e>(events: &[&'e EngineEvent]) -> Vec<Crash<'e>> {
    let mut ends = Vec::new();
    let mut started = None;
    let mut asked = false;
    for event in events {
        match event.kind {
            EngineEventKind::Start => {
                started = Some(event.at);
                asked = false;
            }
            EngineEventKind::Kill { .. } => asked = true,
            EngineEventKind::Die { exit_code } => {
                if !asked {
                    ends.push(Crash {
                        event,
                        exit_code,
                        length: started.map(|started| event.at.duration_since(started)),
                    });
                }
                started = None;
                asked = false;
            }
            EngineEventKind::Oom
            | EngineEventKind::Pause
            | EngineEventKind::Unpause
            | EngineEventKind::Connect
            | EngineEventKind::Disconnect => {}
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diagnose, fixtures};

    fn findings(events: &[(i64, EngineEventKind)]) -> usize {
        let mut snapshot = fixtures::healthy();
        snapshot.service_mut("scraper").state.restart_count = 5;
        for (ago, kind) in events {
            snapshot.reported("scraper", *ago, *kind);
        }
        diagnose(&snapshot, &Policy::default()).findings().count()
    }

    #[test]
    fn attempts_to_start_and_stops_by_hand_are_no_restarts_that_lose_spans() {
        const DIED: EngineEventKind = EngineEventKind::Die { exit_code: 1 };
        const START: EngineEventKind = EngineEventKind::Start;
        let attempts = [
            (3000, START),
            (2998, DIED),
            (2997, START),
            (2995, DIED),
            (2994, START),
        ];
        assert_eq!(findings(&attempts), 0);
        let asked = EngineEventKind::Kill { signal: 15 };
        let by_hand = [
            (3000, START),
            (2000, asked),
            (1999, DIED),
            (1998, START),
            (1000, asked),
            (999, DIED),
            (998, START),
        ];
        assert_eq!(findings(&by_hand), 0);
        let crashes = [
            (3000, START),
            (2000, DIED),
            (1999, START),
            (1000, DIED),
            (999, START),
        ];
        assert_eq!(findings(&crashes), 1);
    }
}

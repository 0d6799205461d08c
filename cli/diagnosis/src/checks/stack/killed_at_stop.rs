//! A service that was killed because it did not end when it was asked to.

use jiff::SignedDuration;

use super::{run_state, service_exited, service_oom_killed, service_restarting};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    snapshot::{Container, EngineEvent, EngineEventKind},
    view::{Service, Stack},
};

/// The signal that nothing survives, and the exit code that the engine gives for it.
const KILL: i64 = 9;
const KILLED: i64 = 137;
/// The engine's own patience where the container has none of its own.
const GRACE: SignedDuration = SignedDuration::from_secs(10);

pub(crate) static CHECK: Check = Check {
    code: Code::new(126),
    name: "killed-at-stop",
    severity: Severity::Info,
    summary: "a service had to be killed when it was stopped",
    why: "Spans wait up to 5 s in the SDK before they are sent. A process that is killed sends no more: those of its last seconds are lost at each stop, deploy and restart.",
    causes: &[
        "A shell is the first process and does not pass the signal on: `CMD npm start`, an entrypoint without `exec`.",
        "The program does not handle SIGTERM; as the first process it has no default for it either.",
        "It needs longer to end than its `stop_grace_period`.",
    ],
    remedy: "Set `init: true` for the service or start the program with `exec`, shut the SDK down at SIGTERM, and give it time with `stop_grace_period`.",
    verify: "After `docker stop` the exit code is 0 or 143.",
    masked_by: &[&[
        Cause::same_subject(service_oom_killed::CHECK.code),
        Cause::same_subject(service_exited::CHECK.code),
        Cause::same_subject(service_restarting::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = service.container;
    stack.snapshot.events.get()?;
    let events: Vec<&EngineEvent> = stack.events_of(&container.id).collect();
    let Some((asked, died)) = killed_after_asking(&events) else {
        return Ok(Outcome::Pass);
    };
    let waited = died.at.duration_since(asked.at).as_secs();
    let signal = container.stop_signal.as_deref().unwrap_or("SIGTERM");
    let first = container.command.first().map_or("", String::as_str);
    let behind_shell = is_shell(first) && container.init != Some(true);
    let (why, action) = if behind_shell {
        (
            format!("; its first process is the shell `{first}`, which does not pass {signal} on"),
            format!(
                "set `init: true` for `{}`, or start its program with `exec`",
                service.label()
            ),
        )
    } else {
        (
            String::new(),
            format!(
                "let `{}` shut its SDK down and end at {signal}",
                service.label()
            ),
        )
    };
    let proofs = [
        Evidence::new(
            EvidenceKind::Event,
            &container.name,
            format!("kill with {signal}, die with exit code {KILLED} after {waited} s"),
        )
        .at(Some(died.at)),
        Evidence::new(
            EvidenceKind::Container,
            &container.name,
            format!("command: {}", container.command.join(" ")),
        ),
    ];
    let [proof, command] = proofs;
    fail(
        Report::new(
            format!(
                "`{}` did not end when it was stopped and was killed after {waited} s: what it had not sent yet is lost{why}",
                service.label()
            ),
            proof,
            Remedy::edit(format!("{action}, then recreate it")),
        )
        .since(Some(Moment::new(died.at, "it was killed")))
        .proof([command, grace(container)])
        .proof(run_state::has_ended(container).then(|| run_state::state_proof(container))),
    )
}

fn grace(container: &Container) -> Evidence {
    let grace = container.stop_grace.unwrap_or(GRACE).as_secs();
    let text = format!("{grace} s from the signal to the kill");
    Evidence::new(EvidenceKind::Container, &container.name, text)
}

/// The newest request to end that was answered by nothing but the kill that followed it.
fn killed_after_asking<'e>(
    events: &[&'e EngineEvent],
) -> Option<(&'e EngineEvent, &'e EngineEvent)> {
    let died = events
        .iter()
        .rposition(|event| event.kind == EngineEventKind::Die { exit_code: KILLED })?;
    let run = events[..died]
        .iter()
        .rposition(|event| event.kind == EngineEventKind::Start)
        .map_or(0, |start| start + 1);
    let of_this_run = &events[run..died];
    let out_of_memory = of_this_run
        .iter()
        .any(|event| event.kind == EngineEventKind::Oom);
    let signal = |event: &EngineEvent| match event.kind {
        EngineEventKind::Kill { signal } => Some(signal),
        _ => None,
    };
    let killed = of_this_run.iter().any(|event| signal(event) == Some(KILL));
    let asked = of_this_run
        .iter()
        .find(|event| signal(event).is_some_and(|signal| signal != KILL))?;
    (killed && !out_of_memory).then_some((*asked, events[died]))
}

fn is_shell(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    matches!(
        name,
        "sh" | "bash" | "ash" | "dash" | "npm" | "yarn" | "pnpm"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diagnose, fixtures};

    fn codes(kinds: &[EngineEventKind]) -> Vec<String> {
        let mut snapshot = fixtures::healthy();
        for (at, kind) in kinds.iter().enumerate() {
            snapshot.reported("scraper", 900 - i64::try_from(at).unwrap(), *kind);
        }
        diagnose(&snapshot, &Policy::default())
            .findings()
            .map(|finding| finding.code.to_string())
            .collect()
    }

    #[test]
    fn who_ends_in_time_or_is_killed_on_purpose_is_not_reported() {
        const ASKED: EngineEventKind = EngineEventKind::Kill { signal: 15 };
        const KILLED: EngineEventKind = EngineEventKind::Kill { signal: 9 };
        let died = |exit_code| EngineEventKind::Die { exit_code };
        assert_eq!(codes(&[ASKED, died(143)]), [""; 0]);
        assert_eq!(
            codes(&[ASKED, died(0), EngineEventKind::Start, KILLED, died(137)]),
            [""; 0]
        );
        assert_eq!(
            codes(&[ASKED, KILLED, died(137), EngineEventKind::Start]),
            ["PT0126"]
        );
    }
}

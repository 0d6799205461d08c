//! A process inside a container was killed for want of memory, and the main one lives on.

use super::{run_state, weight};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    view::{Member, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(135),
    name: "memory-limit-reached",
    severity: Severity::Warning,
    summary: "a process inside a container was killed for want of memory",
    why: "A worker that is killed takes its unsent spans with it, while the container goes on as if nothing had happened: no exit code, no restart.",
    causes: &[
        "Workers (gunicorn, PHP-FPM, Node's cluster) that together need more than the limit.",
        "A limit of the container below what the program takes as its own.",
    ],
    remedy: "Raise the memory limit, or run fewer workers.",
    verify: "`docker events --filter event=oom` stays silent.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachContainer(examine),
};

fn examine(member: &Member<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = member.container;
    stack.snapshot.events.get()?;
    let kills: Vec<_> = run_state::survived_oom(container, stack).collect();
    let (Some(first), Some(last)) = (kills.first(), kills.last()) else {
        return Ok(Outcome::Pass);
    };
    let limit = container.memory_limit.map_or_else(
        || "the host ran out of memory".to_owned(),
        |bytes| format!("its limit is {} MiB", bytes / (1 << 20)),
    );
    let times = if kills.len() == 1 {
        "once"
    } else {
        "repeatedly"
    };
    fail(
        Report::new(
            format!(
                "a process inside `{}` was killed {times} for want of memory; {limit}",
                member.label()
            ),
            Evidence::new(
                EvidenceKind::Event,
                &container.name,
                format!("oom, {} in this window", kills.len()),
            )
            .at(Some(last.at)),
            Remedy::edit(format!(
                "raise the memory limit of `{}` in the Compose file or let it run fewer workers, then recreate it",
                member.label()
            ))
            .then(commands::recreate(container)),
        )
        .severity(weight::when_hurt(member))
        .since(Some(Moment::new(first.at, "the first of these kills")))
        .proof([run_state::state_proof(container)]),
    )
}

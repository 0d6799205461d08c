//! Tempo finds nobody of its own to write to.

use jiff::SignedDuration;

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, Moment, Remedy, Severity},
    notices::NoticeKind,
    policy::Policy,
    view::{Backend, Stack},
};

/// A ring is joined within this time of a start.
const START: SignedDuration = SignedDuration::from_secs(60);

pub(crate) static CHECK: Check = Check {
    code: Code::new(231),
    name: "ring-empty",
    severity: Severity::Error,
    summary: "Tempo finds no member of the ring that it writes to",
    why: "The distributor passes spans to members of a ring; while that is empty every batch is refused.",
    causes: &[
        "Several Tempos whose `memberlist` does not join.",
        "The host name of the container changed and the ring still holds the old one.",
        "It is still starting.",
    ],
    remedy: "For one Tempo remove `memberlist` and `ring` from its configuration; for several mend `memberlist.join_members`.",
    verify: "`curl http://tempo:3200/status/services` shows every service as running, and spans are accepted.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container else {
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    let Some(group) = container.logs.get()?.notice(NoticeKind::TempoRingEmpty) else {
        return Ok(Outcome::Pass);
    };
    // In its first moments the ring is empty by nature.
    let in_its_start = container.state.started_at.zip(group.last_at);
    if in_its_start.is_some_and(|(started, last)| last.duration_since(started) < START) {
        return Ok(Outcome::Pass);
    }
    let message = format!(
        "Tempo `{}` finds no member of the ring that it writes to, and refuses spans",
        backend.label(),
    );
    let since = group
        .first_at
        .map(|at| Moment::new(at, "the first such line in its log"));
    fail(
        Report::new(
            message,
            Evidence::log(&container.name, &group.sample),
            Remedy::edit("for one Tempo remove `memberlist` and `ring` from its configuration; for several mend `memberlist.join_members`"),
        )
        .since(since),
    )
}

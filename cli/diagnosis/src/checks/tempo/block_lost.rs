//! A block that Tempo gave up.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, Moment, Remedy, Severity},
    notices::NoticeKind,
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(222),
    name: "block-lost",
    severity: Severity::Warning,
    summary: "Tempo gave a block of traces up for lost",
    why: "It could not complete the block after several attempts and deleted it.",
    causes: &[
        "Files of its write-ahead log vanished: a `/tmp` that was cleaned, a tmpfs.",
        "Two Tempos write one volume.",
        "The disk is full.",
    ],
    remedy: "Give Tempo a volume of its own at its storage path, with room.",
    verify: "Tempo's log has no new `POSSIBLE DATA LOSS`.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container else {
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    let Some(group) = container.logs.get()?.notice(NoticeKind::TempoBlockLost) else {
        return Ok(Outcome::Pass);
    };
    let message = format!(
        "Tempo `{}` gave {} blocks of traces up for lost",
        backend.label(),
        group.since_start,
    );
    let since = group
        .first_at
        .map(|at| Moment::new(at, "the first such line in its log"));
    fail(
        Report::new(
            message,
            Evidence::log(&container.name, &group.sample),
            Remedy::edit(
                "give it a volume of its own with room, at the path of its write-ahead log",
            ),
        )
        .since(since),
    )
}

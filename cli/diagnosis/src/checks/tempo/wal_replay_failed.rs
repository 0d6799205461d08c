//! Spans of a write-ahead log that could not be read again.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, Moment, Remedy, Severity},
    notices::NoticeKind,
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(221),
    name: "wal-replay-failed",
    severity: Severity::Warning,
    summary: "Tempo could not read a part of its write-ahead log at its start",
    why: "What stood in it, mostly the last minutes before its end, is lost.",
    causes: &[
        "Tempo was killed while it wrote: an OOM kill, `docker kill`, the power.",
        "The disk was full when it wrote.",
    ],
    remedy: "Nothing brings it back. Let Tempo end by SIGTERM with a grace of 10 s at least.",
    verify: "The next start has no such line.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container else {
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    let Some(group) = container
        .logs
        .get()?
        .notice(NoticeKind::TempoWalReplayFailed)
    else {
        return Ok(Outcome::Pass);
    };
    // A block that was opened and never written holds nothing that could be lost.
    let (severity, what) = if group.sample.text.contains("meta.json: no such file") {
        (Severity::Info, "a part that it had only begun was removed")
    } else {
        (Severity::Warning, "what its last minutes held is lost")
    };
    let message = format!(
        "Tempo `{}` could not read a part of its write-ahead log at its start: {what}",
        backend.label(),
    );
    let since = group
        .first_at
        .map(|at| Moment::new(at, "the first such line in its log"));
    fail(
        Report::new(
            message,
            Evidence::log(&container.name, &group.sample),
            Remedy::edit("nothing brings it back; see why it was killed before"),
        )
        .since(since)
        .severity(severity),
    )
}

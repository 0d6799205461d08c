//! Tempo acknowledges spans that it cannot write.

use jiff::SignedDuration;

use super::proof::metric;
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, storage::disk_nearly_full},
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    notices::NoticeKind,
    policy::Policy,
    snapshot::Readiness,
    view::{Backend, Stack},
};

/// 2.x tries every 10 s and 3.x every 5 s: a line within this time says that it still fails.
const STILL: SignedDuration = SignedDuration::from_mins(2);

pub(crate) static CHECK: Check = Check {
    code: Code::new(220),
    name: "writes-failing",
    severity: Severity::Error,
    summary: "Tempo cannot write what it receives, while it is ready and acknowledges every batch",
    why: "Senders are told that all is well and `/ready` says 200; the trace can be read for some ten seconds and is then gone for good.",
    causes: &[
        "The disk or the volume is full.",
        "The folder was given to another owner, or its file system became read-only.",
        "The folder was removed beneath the running Tempo.",
    ],
    remedy: "Free or enlarge the disk (`docker system df`), or give the folder back to 10001, then restart Tempo.",
    verify: "Tempo's log has no new `failed to cut` line while spans arrive.",
    masked_by: &[&[Cause::same_subject(disk_nearly_full::CHECK.code)]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container else {
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    let logs = container.logs.get()?;
    let Some(group) = logs.notice(NoticeKind::TempoWriteFailed) else {
        return Ok(Outcome::Pass);
    };
    let text = &group.sample.text;
    let (reason, action) = if text.contains("no space left") || text.contains("quota exceeded") {
        (
            "its disk is full",
            "free or enlarge the disk that its data lies on, then restart it",
        )
    } else if text.contains("permission denied") || text.contains("read-only file system") {
        (
            "it may not write to its data folder",
            "give its data folder back to the user that it runs as (10001), then restart it",
        )
    } else if text.contains("too many open files") {
        (
            "it has too many files open",
            "raise `ulimits.nofile` of its service in the Compose file, then recreate it",
        )
    } else {
        (
            "its data folder is damaged or gone",
            "see what became of its data folder, then restart it",
        )
    };
    let is_recent = group
        .last_at
        .is_some_and(|last| stack.snapshot.taken_at.duration_since(last) <= STILL);
    let (severity, tense) = if is_recent {
        (Severity::Error, "cannot write what it receives")
    } else {
        (Severity::Warning, "could not write what it received")
    };
    let message = format!(
        "Tempo `{}` {tense} ({reason}), and acknowledges it all the same: {} such lines since its start",
        backend.label(),
        group.since_start
    );
    let since = group
        .first_at
        .map(|at| Moment::new(at, "the first failed write in its log"));
    let counter = backend.tempo.metrics.known().and_then(|metrics| {
        (metrics.failed_flushes > 0).then(|| {
            metric(
                backend,
                format!("failed flushes {}", metrics.failed_flushes),
            )
        })
    });
    let ready = (backend.tempo.ready.known() == Some(&Readiness::Ready)).then(|| {
        let url = backend
            .tempo
            .reached
            .known()
            .map_or("", |reached| reached.url());
        Evidence::new(
            EvidenceKind::Http,
            format!("{url}/ready"),
            "HTTP 200: ready",
        )
        .at(Some(stack.snapshot.taken_at))
    });
    fail(
        Report::new(
            message,
            Evidence::log(&container.name, &group.sample),
            Remedy::run(action, commands::restart(container)),
        )
        .severity(severity)
        .since(since)
        .proof(ready)
        .proof(counter),
    )
}

//! An object storage that does not answer.

use super::object_storage;
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::tempo::{
        proof::{metric, notice, setting},
        start_failed_storage,
    },
    code::Code,
    finding::{Evidence, Moment, Remedy, Severity},
    notices::NoticeKind,
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(807),
    name: "object-storage-unreachable",
    severity: Severity::Error,
    summary: "Tempo cannot reach its object storage",
    why: "New blocks pile up in its write-ahead log, and searches lack everything older.",
    causes: &[
        "MinIO or another object storage is down, or on another network.",
        "The bucket does not exist.",
        "The keys were changed.",
    ],
    remedy: "Start the storage, make the bucket, or correct `storage.trace` in Tempo's configuration.",
    verify: "Tempo's log has no new error of `poller`, and `tempodb_blocklist_poll_errors_total` stands still.",
    masked_by: &[
        object_storage::CAUSES,
        &[Cause::same_subject(start_failed_storage::CHECK.code)],
    ],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let kind = setting(backend, &[&["storage", "trace", "backend"]]);
    if kind
        .as_ref()
        .is_some_and(|kind| kind.node.text() == Some("local"))
    {
        return Ok(Outcome::NotApplicable("its blocks are on its own disk"));
    }
    let said = notice(backend, NoticeKind::TempoStorageUnreachable)
        .filter(|(_, group)| object_storage::is_current(backend, stack, group));
    let Some((container, group)) = said else {
        if let Some(container) = backend.container {
            container.logs.get()?;
            backend.tempo.file.get()?;
            return Ok(Outcome::Pass);
        }
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    let errors = backend
        .tempo
        .metrics
        .known()
        .map(|metrics| metrics.poll_errors)
        .filter(|errors| *errors > 0)
        .map(|errors| {
            metric(
                backend,
                format!("tempodb_blocklist_poll_errors_total {errors}"),
            )
        });
    let message = format!(
        "Tempo `{}` cannot reach its object storage",
        backend.label()
    );
    let since = group
        .first_at
        .map(|at| Moment::new(at, "the first such line in its log"));
    fail(
        Report::new(
            message,
            Evidence::log(&container.name, &group.sample),
            Remedy::edit("start the storage, make the bucket, or correct `storage.trace` in its configuration"),
        )
        .since(since)
        .proof(errors)
        .proof(kind.map(|kind| kind.proof())),
    )
}

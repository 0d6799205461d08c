//! Deletions that fail.

use super::{object_storage, object_storage_unreachable};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{
        commands,
        tempo::proof::{counting_since, metric},
    },
    code::Code,
    finding::{Remedy, Severity},
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(809),
    name: "retention-failing",
    severity: Severity::Warning,
    summary: "Tempo fails to delete blocks that are due",
    why: "The disk grows until it is full, and then Tempo acknowledges spans that it cannot keep.",
    causes: &[
        "The folder belongs to another user.",
        "The object storage forbids deletion.",
    ],
    remedy: "Read Tempo's log for the error of `retention`, and give Tempo the right to delete.",
    verify: "`tempodb_retention_errors_total` stands still.",
    masked_by: &[
        object_storage::CAUSES,
        &[Cause::same_subject(object_storage_unreachable::CHECK.code)],
    ],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let metrics = backend.tempo.metrics.get()?;
    if metrics.retention_errors == 0 {
        return Ok(Outcome::Pass);
    }
    let message = format!(
        "Tempo `{}` failed {} times to delete blocks that are due",
        backend.label(),
        metrics.retention_errors
    );
    let counter = format!(
        "tempodb_retention_errors_total {}",
        metrics.retention_errors
    );
    let remedy = match backend.container {
        Some(container) => Remedy::run(
            "read the errors of retention in its log",
            commands::logs(container),
        ),
        None => Remedy::edit("ask whoever runs it; its own log names the error"),
    };
    let deleted = metrics.retention_deleted.map(|deleted| {
        metric(
            backend,
            format!("tempodb_retention_deleted_total {deleted}"),
        )
    });
    fail(
        Report::new(message, metric(backend, counter), remedy)
            .since(counting_since(backend))
            .proof(deleted),
    )
}

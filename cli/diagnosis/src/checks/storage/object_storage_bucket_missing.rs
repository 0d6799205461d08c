//! A bucket that is not there.

use std::ops::ControlFlow;

use super::object_storage;
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    code::Code,
    finding::{Remedy, Severity},
    notices::StorageFault,
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(819),
    name: "object-storage-bucket-missing",
    severity: Severity::Error,
    summary: "the bucket of Tempo's object storage does not exist",
    why: "Tempo does not start without its object storage; one that runs keeps new blocks on its own disk and tries again, and searches lack everything older.",
    causes: &[
        "Nobody made it: Tempo does not.",
        "A typing error in `storage.trace.s3.bucket`.",
        "The volume of the storage was removed, and the bucket with it.",
    ],
    remedy: "Make the bucket, or correct `storage.trace.s3.bucket`. Tempo makes none.",
    verify: "Tempo is ready, and its log has no new line with `s3 backend` or `s3 bucket`.",
    masked_by: &[object_storage::BEFORE_ANSWERS],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let trouble = match object_storage::trouble(backend, stack) {
        ControlFlow::Continue(trouble) => trouble,
        ControlFlow::Break(verdict) => return verdict,
    };
    if trouble.fault != StorageFault::BucketMissing {
        return Ok(Outcome::Pass);
    }
    let message = format!(
        "the bucket {} of Tempo `{}` does not exist",
        object_storage::named(backend, "bucket").unwrap_or_default(),
        backend.label()
    );
    let remedy =
        Remedy::edit("make the bucket in the storage, or correct `storage.trace.s3.bucket`");
    let settings = ["bucket", "endpoint"].into_iter();
    fail(trouble.report(
        message,
        remedy,
        settings.filter_map(|key| object_storage::s3(backend, key)),
    ))
}

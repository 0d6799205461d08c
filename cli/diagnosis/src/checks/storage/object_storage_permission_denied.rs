//! A key that may not do what Tempo has to.

use std::ops::ControlFlow;

use super::{object_storage, object_storage_credentials_refused};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    code::Code,
    finding::{Remedy, Severity},
    notices::StorageFault,
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(822),
    name: "object-storage-permission-denied",
    severity: Severity::Error,
    summary: "the key of Tempo may not do what Tempo does in its object storage",
    why: "Tempo does not start without its object storage; one that runs keeps new blocks on its own disk and tries again, and searches lack everything older.",
    causes: &[
        "The key has no rights on this bucket.",
        "It may read and not write: Tempo starts, and no block is ever stored.",
        "It may not delete, which retention does.",
    ],
    remedy: "Allow the key to list, read, write and delete in the bucket: with Garage `/garage bucket allow --read --write tempo --key KEY`.",
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
    let is_empty = object_storage_credentials_refused::empty_key(backend).is_some();
    if trouble.fault != StorageFault::NotAllowed || is_empty {
        return Ok(Outcome::Pass);
    }
    let message = format!(
        "the key of Tempo `{}` may not {} in the bucket {}",
        backend.label(),
        trouble.deed(),
        object_storage::named(backend, "bucket").unwrap_or_default()
    );
    let remedy = Remedy::edit(
        "allow the key of `storage.trace.s3.access_key` to list, read, write and delete in the bucket",
    );
    let settings = ["bucket", "access_key"].into_iter();
    fail(trouble.report(
        message,
        remedy,
        settings.filter_map(|key| object_storage::s3(backend, key)),
    ))
}

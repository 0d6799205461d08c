//! Keys that the object storage refuses.

use std::ops::ControlFlow;

use super::object_storage;
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    code::Code,
    document::Node,
    finding::{Remedy, Severity},
    notices::StorageFault,
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(821),
    name: "object-storage-credentials-refused",
    severity: Severity::Error,
    summary: "the object storage refuses Tempo's keys",
    why: "Tempo does not start without its object storage; one that runs keeps new blocks on its own disk and tries again, and searches lack everything older.",
    causes: &[
        "The access key was deleted, or belongs to another server.",
        "The secret key was changed on one side alone.",
        "A variable that holds a key is not set where Tempo runs.",
    ],
    remedy: "Give `storage.trace.s3.access_key` and `secret_key` the pair that the storage knows, by variables, then recreate Tempo's container.",
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
    let empty = empty_key(backend);
    let (what, action) = match (trouble.fault, empty) {
        (StorageFault::KeyMissing | StorageFault::NotAllowed, Some(key)) => (
            format!("gets no key from Tempo: `storage.trace.s3.{key}` is empty"),
            "set the variable that holds it where Tempo runs, then recreate its container",
        ),
        (StorageFault::KeyMissing, None) => (
            "gets no key from Tempo".to_owned(),
            "set `storage.trace.s3.access_key` and `secret_key`, by variables, then recreate Tempo's container",
        ),
        (StorageFault::KeyUnknown, _) => (
            "does not know the key in `storage.trace.s3.access_key`".to_owned(),
            "let `storage.trace.s3.access_key` be a key that the storage has, then recreate Tempo's container",
        ),
        (StorageFault::SignatureWrong, _) => (
            "finds that `storage.trace.s3.secret_key` is not the secret of the access key"
                .to_owned(),
            "give `storage.trace.s3.secret_key` the secret of that access key, then recreate Tempo's container",
        ),
        (
            StorageFault::NotAllowed
            | StorageFault::EndpointMalformed
            | StorageFault::HostUnknown
            | StorageFault::ConnectionRefused
            | StorageFault::BucketMissing
            | StorageFault::ServerSpeaksPlaintext
            | StorageFault::ServerSpeaksTls
            | StorageFault::CertificateUntrusted
            | StorageFault::RegionDiffers,
            _,
        ) => return Ok(Outcome::Pass),
    };
    let message = format!("the object storage of Tempo `{}` {what}", backend.label());
    let settings = ["access_key", "secret_key", "endpoint"].into_iter();
    fail(trouble.report(
        message,
        Remedy::edit(action),
        settings.filter_map(|key| object_storage::s3(backend, key)),
    ))
}

/// The key that is written, and is empty.
pub(super) fn empty_key(backend: &Backend<'_>) -> Option<&'static str> {
    let is_empty = |node: &Node| node.is_null() || node.text().is_some_and(str::is_empty);
    ["access_key", "secret_key"]
        .into_iter()
        .find(|key| object_storage::s3(backend, key).is_some_and(|it| is_empty(it.node)))
}

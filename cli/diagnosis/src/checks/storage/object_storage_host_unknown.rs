//! An object storage whose name nobody has.

use std::ops::ControlFlow;

use super::{object_storage, object_storage_not_running};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    code::Code,
    export::Target,
    finding::{Remedy, Severity},
    notices::StorageFault,
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(817),
    name: "object-storage-host-unknown",
    severity: Severity::Error,
    summary: "Tempo looks for its object storage under a name that nobody has",
    why: "Tempo does not start without its object storage; one that runs keeps new blocks on its own disk and tries again, and searches lack everything older.",
    causes: &[
        "A typing error.",
        "The service of the storage was renamed, or is on another network.",
        "Tempo puts the bucket before the host's name, `tempo.garage`, where `forcepathstyle: true` is missing.",
    ],
    remedy: "Let `storage.trace.s3.endpoint` name the storage as Tempo's networks know it: by its Compose service.",
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
    let is_down = object_storage_not_running::stands(backend, stack);
    if trouble.fault != StorageFault::HostUnknown || is_down {
        return Ok(Outcome::Pass);
    }
    let place = object_storage::place(backend, stack);
    let why = match place.as_ref().map(|(_, target)| target) {
        Some(Target::NotShared { name, networks }) => format!(
            "`{name}` is on `{}`, which Tempo is not",
            networks.join("`, `")
        ),
        Some(Target::Nobody) => "no container on its networks has that name".to_owned(),
        Some(
            Target::Container { .. } | Target::OwnLoopback | Target::HostPort | Target::Outside,
        )
        | None => "its name server knows no such name".to_owned(),
    };
    let message = format!(
        "Tempo `{}` does not find its object storage at {}: {why}",
        backend.label(),
        object_storage::named(backend, "endpoint").unwrap_or_else(|| "its endpoint".to_owned())
    );
    let remedy = Remedy::edit(
        "let `storage.trace.s3.endpoint` name the storage as its Compose service, on a network that Tempo shares; let `forcepathstyle` be true",
    );
    let settings = ["endpoint", "forcepathstyle"];
    let settings = settings.into_iter();
    fail(trouble.report(
        message,
        remedy,
        settings.filter_map(|key| object_storage::s3(backend, key)),
    ))
}

//! A region by another name than the server has.

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
    code: Code::new(824),
    name: "object-storage-region-differs",
    severity: Severity::Error,
    summary: "Tempo signs its requests for another region than its object storage is in",
    why: "Tempo does not start without its object storage; one that runs keeps new blocks on its own disk and tries again, and searches lack everything older.",
    causes: &[
        "`region` was copied from a configuration for AWS; Garage calls its own `garage` unless told otherwise (`s3_region`).",
        "The bucket is in another region of the provider.",
    ],
    remedy: "Set `storage.trace.s3.region` to the region that the storage names in its answer, or leave it out and let Tempo ask.",
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
    if trouble.fault != StorageFault::RegionDiffers {
        return Ok(Outcome::Pass);
    }
    let message = format!(
        "Tempo `{}` signs its requests for the region {}, and its object storage is in another",
        backend.label(),
        object_storage::named(backend, "region").unwrap_or_else(|| "of its default".to_owned())
    );
    let remedy = Remedy::edit(
        "set `storage.trace.s3.region` to the region that the storage expects, then restart Tempo",
    );
    fail(trouble.report(message, remedy, object_storage::s3(backend, "region")))
}

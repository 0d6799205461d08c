//! An endpoint of the object storage that is no `host:port`.

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
    code: Code::new(816),
    name: "object-storage-endpoint-malformed",
    severity: Severity::Error,
    summary: "the endpoint of Tempo's object storage is not written as `host:port`",
    why: "Tempo does not start without its object storage; one that runs keeps new blocks on its own disk and tries again, and searches lack everything older.",
    causes: &[
        "A scheme in front, as other programs want it: `http://garage:3900`.",
        "A path or the bucket behind it.",
    ],
    remedy: "Write `storage.trace.s3.endpoint` as `host:port`. `insecure: true` stands for http, `false` for https; the bucket has a setting of its own.",
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
    if trouble.fault != StorageFault::EndpointMalformed {
        return Ok(Outcome::Pass);
    }
    let message = format!(
        "Tempo `{}` cannot use the endpoint of its object storage{}: it wants `host:port`",
        backend.label(),
        object_storage::named(backend, "endpoint")
            .map_or_else(String::new, |endpoint| format!(", {endpoint}"))
    );
    let remedy = Remedy::edit(
        "write `storage.trace.s3.endpoint` as `host:port`, `insecure` for its scheme, then start Tempo",
    );
    fail(trouble.report(message, remedy, object_storage::s3(backend, "endpoint")))
}

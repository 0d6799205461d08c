//! An object storage behind whose endpoint nothing listens.

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
    code: Code::new(818),
    name: "object-storage-unanswered",
    severity: Severity::Error,
    summary: "nothing listens at the endpoint of Tempo's object storage",
    why: "Tempo does not start without its object storage; one that runs keeps new blocks on its own disk and tries again, and searches lack everything older.",
    causes: &[
        "A wrong port: that of the console or of the administration.",
        "The storage listens on its container's loopback alone.",
        "It is still starting.",
    ],
    remedy: "Let `storage.trace.s3.endpoint` name the port on which the storage speaks S3: 3900 for Garage, 8333 for SeaweedFS, 9000 for RustFS.",
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
    if trouble.fault != StorageFault::ConnectionRefused || is_down {
        return Ok(Outcome::Pass);
    }
    let place = object_storage::place(backend, stack);
    let why = match place.as_ref().map(|(_, target)| target) {
        Some(Target::OwnLoopback) => ", which is Tempo's own container".to_owned(),
        Some(Target::Container { container, .. }) if !container.exposed_ports.is_empty() => {
            let ports: Vec<String> = container.exposed_ports.iter().map(u16::to_string).collect();
            format!(
                "; the image of `{}` says {}",
                container.display_name(),
                ports.join(", ")
            )
        }
        Some(
            Target::Container { .. }
            | Target::HostPort
            | Target::NotShared { .. }
            | Target::Nobody
            | Target::Outside,
        )
        | None => String::new(),
    };
    let message = format!(
        "Tempo `{}` finds nobody listening at {}, the endpoint of its object storage{why}",
        backend.label(),
        object_storage::named(backend, "endpoint").unwrap_or_else(|| "its endpoint".to_owned())
    );
    let remedy = Remedy::edit(
        "let `storage.trace.s3.endpoint` name the port on which the storage speaks S3, and let that listen on all addresses of its container",
    );
    fail(trouble.report(message, remedy, object_storage::s3(backend, "endpoint")))
}

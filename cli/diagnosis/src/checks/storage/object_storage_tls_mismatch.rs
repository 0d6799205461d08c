//! TLS on one side alone, or a certificate that Tempo does not trust.

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
    code: Code::new(823),
    name: "object-storage-tls-mismatch",
    severity: Severity::Error,
    summary: "Tempo and its object storage do not agree on TLS",
    why: "Tempo does not start without its object storage; one that runs keeps new blocks on its own disk and tries again, and searches lack everything older.",
    causes: &[
        "`insecure: true` is missing before a storage of the stack that speaks plain HTTP.",
        "`insecure: true` was left in when the storage got a certificate.",
        "The certificate is signed by an authority of one's own, or is for another name.",
    ],
    remedy: "Set `storage.trace.s3.insecure` to true for http and to false for https. For a certificate of one's own set `tls_ca_path` to its authority.",
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
    let (what, action) = match trouble.fault {
        StorageFault::ServerSpeaksPlaintext => (
            "speaks TLS to its object storage, which speaks plain HTTP",
            "set `storage.trace.s3.insecure: true`, then restart Tempo",
        ),
        StorageFault::ServerSpeaksTls => (
            "speaks plain HTTP to its object storage, which speaks TLS",
            "set `storage.trace.s3.insecure: false`, then restart Tempo",
        ),
        StorageFault::CertificateUntrusted => (
            "does not trust the certificate of its object storage",
            "set `storage.trace.s3.tls_ca_path` to the authority that signed it, and let the endpoint be a name that it is for",
        ),
        StorageFault::EndpointMalformed
        | StorageFault::HostUnknown
        | StorageFault::ConnectionRefused
        | StorageFault::BucketMissing
        | StorageFault::KeyUnknown
        | StorageFault::SignatureWrong
        | StorageFault::KeyMissing
        | StorageFault::NotAllowed
        | StorageFault::RegionDiffers => return Ok(Outcome::Pass),
    };
    let message = format!("Tempo `{}` {what}", backend.label());
    let settings = ["insecure", "endpoint"].into_iter();
    fail(trouble.report(
        message,
        Remedy::edit(action),
        settings.filter_map(|key| object_storage::s3(backend, key)),
    ))
}

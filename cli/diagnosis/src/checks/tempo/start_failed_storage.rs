//! Tempo's storage does not answer at its start.

use std::ops::ControlFlow;

use super::{data_not_writable::is_refused_a_folder, proof::setting, start::refusal};
use crate::{
    check::{Check, Examine, Verdict, fail},
    checks::{commands, explanations, storage::object_storage},
    code::Code,
    finding::{Remedy, Severity},
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(209),
    name: "start-failed-storage",
    severity: Severity::Error,
    summary: "Tempo does not start because its storage cannot be opened",
    why: "Tempo opens its backend before anything else and gives up when that fails.",
    causes: &[
        "MinIO or another object storage starts later than Tempo, or not at all.",
        "The bucket does not exist.",
        "`storage.trace.backend` names a backend that there is not.",
        "Wrong keys, or an endpoint with a scheme in front.",
    ],
    remedy: "Correct `storage.trace` in Tempo's configuration; let Tempo start after the storage is healthy and the bucket made.",
    verify: "`docker logs` on its container ends with `Tempo started`.",
    masked_by: &[object_storage::CAUSES],
    explains: explanations::TEMPO_API,
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let refusal = match refusal(backend, stack, fits) {
        ControlFlow::Continue(refusal) => refusal,
        ControlFlow::Break(verdict) => return verdict,
    };
    let message = format!(
        "Tempo `{}` cannot open its storage: {}",
        backend.label(),
        refusal.reason()
    );
    let remedy = Remedy::run(
        "mend `storage.trace` in its configuration, or the storage that it names, then start it",
        commands::start(refusal.container),
    );
    let backend_setting = setting(backend, &[&["storage", "trace", "backend"]]);
    fail(
        refusal
            .report(message, remedy)
            .proof(backend_setting.map(|setting| setting.proof())),
    )
}

/// A start that ends at the storage, and not for want of permission to a folder.
fn fits(line: &str) -> bool {
    line.contains("error running Tempo")
        && (line.contains("failed to create store") || line.contains("unknown backend"))
        && !line.contains("mkdir ")
        && !is_refused_a_folder(line)
}

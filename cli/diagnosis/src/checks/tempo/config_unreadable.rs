//! Tempo cannot read its configuration file.

use std::ops::ControlFlow;

use super::start::refusal;
use crate::{
    check::{Check, Examine, Verdict, fail},
    checks::{commands, explanations},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::MountKind,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(208),
    name: "config-unreadable",
    severity: Severity::Error,
    summary: "Tempo does not start because it cannot read its configuration file",
    why: "Where the path of a bind mount does not exist on the host, Docker makes a folder of that name and mounts it.",
    causes: &[
        "The path on the host is misspelt, or relative to another folder: Docker made a folder there.",
        "`-config.file` names another path than the mount.",
        "User 10001 may not read the file.",
    ],
    remedy: "Correct the path of the mount or of `-config.file`, remove the folder that Docker made, and recreate Tempo.",
    verify: "`docker logs` on its container ends with `Tempo started`.",
    masked_by: &[],
    explains: explanations::TEMPO_API,
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let refusal = match refusal(backend, stack, fits) {
        ControlFlow::Continue(refusal) => refusal,
        ControlFlow::Break(verdict) => return verdict,
    };
    let container = refusal.container;
    let reason = refusal.reason();
    let path = reason
        .split_once("configFile ")
        .and_then(|(_, rest)| rest.split_once(": "))
        .map_or("", |(path, _)| path);
    let mount = container
        .mounts
        .iter()
        .find(|mount| mount.kind == MountKind::Bind && mount.destination == path);
    let remedy = match mount {
        Some(mount) if reason.contains("is a directory") => Remedy::edit(format!(
            "`{}` is a folder that Docker made since no file was there: remove it, put the file there or correct the path, then recreate it",
            mount.source
        )),
        Some(mount) => Remedy::edit(format!(
            "see that `{}` is a file that user 10001 may read, then recreate it",
            mount.source
        )),
        None => Remedy::edit("mount the file where `-config.file` looks for it, then recreate it"),
    };
    let mounted = mount.map(|mount| {
        let text = format!("Mounts: {} -> {}", mount.source, mount.destination);
        Evidence::new(EvidenceKind::Container, &container.name, text)
    });
    let message = format!(
        "Tempo `{}` cannot read its configuration: {}",
        backend.label(),
        reason.trim_start_matches("failed to read configFile ")
    );
    fail(
        refusal
            .report(message, remedy.then(commands::recreate(container)))
            .proof(mounted),
    )
}

/// A start that ends before the file was read.
fn fits(line: &str) -> bool {
    line.contains("failed to read configFile")
}

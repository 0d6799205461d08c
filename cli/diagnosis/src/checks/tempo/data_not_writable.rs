//! Tempo may not write to its data folder.

use std::ops::ControlFlow;

use super::start::refusal;
use crate::{
    check::{Check, Examine, Verdict, fail},
    checks::{commands, explanations},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::{Container, MountKind},
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(206),
    name: "data-not-writable",
    severity: Severity::Error,
    summary: "Tempo does not start because it may not write to its data folder",
    why: "Since 2.5.0 the image runs as user 10001: a folder or volume of another owner stops it at once, and its restart policy repeats that for ever.",
    causes: &[
        "A folder of the host was mounted that belongs to root.",
        "The volume was made by an image of 2.4 or older, which ran as root.",
        "`user:` in the Compose file names somebody else than the volume belongs to.",
        "A file stands where the folder should be, or the mount is read-only.",
    ],
    remedy: "Give the folder or volume to 10001: `chown -R 10001:10001`, from an image that has a shell (Tempo's own has none since 2.9.3).",
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
    let path = backend
        .tempo
        .config
        .known()
        .and_then(|config| config.storage_path.as_deref())
        .unwrap_or("/var/tempo");
    let mount = container.mount_of(path);
    let remedy = match mount {
        Some(mount) if !mount.writable => Remedy::edit(format!(
            "mount `{}` writable in the Compose file, then recreate it",
            mount.destination
        ))
        .then(commands::recreate(container)),
        Some(mount) if mount.kind == MountKind::Bind => Remedy::run(
            format!(
                "give the folder to the user that it runs as ({})",
                user(container)
            ),
            format!("chown -R {} {}", user(container), mount.source),
        ),
        Some(_) | None => Remedy::edit(format!(
            "give its data to the user that it runs as ({}), from a container with a shell, or let a new volume take its place",
            user(container)
        )),
    };
    let mounted = mount.map(|mount| {
        let text = format!(
            "Mounts: {} -> {} RW={}",
            mount.source, mount.destination, mount.writable
        );
        Evidence::new(EvidenceKind::Container, &container.name, text)
    });
    let message = format!(
        "Tempo `{}` may not write to its data folder: {reason}",
        backend.label()
    );
    fail(refusal.report(message, remedy).proof(mounted))
}

/// A start that ends at its own storage for want of permission, or because a file stands in the way.
fn fits(line: &str) -> bool {
    line.contains("error running Tempo")
        && [
            "permission denied",
            "read-only file system",
            "not a directory",
        ]
        .iter()
        .any(|reason| line.contains(reason))
}

/// The user that the container runs as; the image's own since 2.5.0 where the container names none.
fn user(container: &Container) -> &str {
    match container.user.as_str() {
        "" => "10001:10001",
        user => user,
    }
}

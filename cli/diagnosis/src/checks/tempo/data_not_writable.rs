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
        None if reason.to_ascii_lowercase().contains(READ_ONLY) => Remedy::edit(format!(
            "mount a named volume above `{path}` in the Compose file (`read_only` leaves no other place to write to), then recreate it"
        ))
        .then(commands::recreate(container)),
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
    line.contains("error running Tempo") && is_refused_a_folder(line)
}

/// Whether a line says that a folder may not be written to, in the words of whatever program says it.
pub(super) fn is_refused_a_folder(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    ["permission denied", READ_ONLY, "not a directory"]
        .iter()
        .any(|reason| line.contains(reason))
}

/// What the kernel says of a file system that is mounted without leave to write.
const READ_ONLY: &str = "read-only file system";

/// The user that the container runs as; the image's own since 2.5.0 where the container names none.
fn user(container: &Container) -> &str {
    match container.user.as_str() {
        "" => "10001:10001",
        user => user,
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        code::Code, diagnose, fixtures, observed::Observed, policy::Policy, snapshot::MountKind,
    };

    /// The root causes and what to do about the first, where the backend's start ends with `reason`.
    fn roots(reason: &str, mounted: Option<MountKind>) -> (Vec<Code>, String) {
        let broken = fixtures::broken();
        let broken = broken.into_iter().find(|broken| broken.code == "PT0206");
        let mut snapshot = broken.unwrap().snapshot;
        let tempo = snapshot.service_mut("tempo");
        let Observed::Known(logs) = &mut tempo.logs else {
            unreachable!()
        };
        logs.fatal[0].text = format!(
            r#"level=error msg="error running Tempo" err="failed to init module services: error initialising module: store: failed to create store: {reason}""#
        );
        tempo
            .mounts
            .retain(|mount| mount.kind != MountKind::Volume || mounted.is_some());
        for mount in &mut tempo.mounts {
            mount.writable = false;
        }
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let roots = diagnosis.causes.iter().map(|cause| cause.finding.code);
        let action = diagnosis.causes[0].finding.remedy.action.clone();
        (roots.collect(), action)
    }

    #[test]
    fn a_read_only_file_system_is_told_in_any_program_s_spelling() {
        for reason in [
            "open /var/tempo/blocks/1.block: Read-only file system (os error 30)",
            "mkdir /var/tempo/blocks: read-only file system",
        ] {
            let (roots, action) = roots(reason, Some(MountKind::Volume));
            assert_eq!(roots[0], Code::new(206), "{reason}: {roots:?}");
            assert!(!roots.contains(&Code::new(209)), "{reason}: {roots:?}");
            assert!(
                action.starts_with("mount `/var/tempo` writable"),
                "{action}"
            );
        }
    }

    #[test]
    fn a_container_that_is_read_only_itself_wants_a_volume() {
        let (roots, action) = roots("mkdir /var/tempo/blocks: read-only file system", None);
        assert_eq!(roots[0], Code::new(206));
        assert!(action.starts_with("mount a named volume"), "{action}");
    }
}

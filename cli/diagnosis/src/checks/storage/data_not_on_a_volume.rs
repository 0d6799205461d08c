//! Tempo's data lies in its container.

use std::path::Path;

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, tempo::proof::setting},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::MountKind,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(803),
    name: "data-not-on-a-volume",
    severity: Severity::Warning,
    summary: "Tempo keeps its traces inside its container or in memory",
    why: "The next `up --force-recreate`, image update or `down` throws all traces away.",
    causes: &[
        "No volume is mounted at `storage.trace.local.path`.",
        "The volume is mounted at another path than the one that the configuration names.",
        "The path is a tmpfs.",
    ],
    remedy: "Mount a named volume at the folder above `storage.trace.local.path` and `storage.trace.wal.path` (`tempo-data:/var/tempo`), then recreate Tempo.",
    verify: "`ptctl storage` names the volume.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container else {
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    let config = backend.tempo.config.get()?;
    let kind = setting(backend, &[&["storage", "trace", "backend"]]);
    if kind
        .as_ref()
        .is_some_and(|kind| kind.node.text() != Some("local"))
    {
        return Ok(Outcome::NotApplicable(
            "its blocks are not on a disk of its own",
        ));
    }
    // A backend's page of its configuration may leave out what its file says.
    let written = setting(backend, &[&["storage", "trace", "local", "path"]]);
    let path = config
        .storage_path
        .as_deref()
        .or_else(|| written.as_ref()?.node.text());
    let Some(path) = path else {
        return Ok(Outcome::NotApplicable(
            "its configuration names no folder for its blocks",
        ));
    };
    let (severity, where_it_lies, proof) = match container.mount_of(path) {
        None => (
            Severity::Warning,
            "in the container itself",
            "Mounts: none covers it".to_owned(),
        ),
        Some(mount) if mount.kind == MountKind::Tmpfs => (
            Severity::Info,
            "in memory",
            format!("Mounts: tmpfs -> {}", mount.destination),
        ),
        Some(_) => return Ok(Outcome::Pass),
    };
    let message = format!(
        "Tempo `{}` keeps its traces at `{path}`, which lies {where_it_lies}: they are gone when it is recreated",
        backend.label()
    );
    let remedy = Remedy::edit(format!(
        "mount a named volume at `{}` in the Compose file, then recreate it",
        Path::new(path)
            .parent()
            .map_or(path.to_owned(), |parent| parent.display().to_string())
    ))
    .then(commands::recreate(container));
    let place = written.map_or_else(
        || {
            Evidence::new(
                EvidenceKind::Configuration,
                &config.source,
                format!("storage.trace.local.path: {path}"),
            )
        },
        |setting| setting.proof(),
    );
    fail(
        Report::new(
            message,
            Evidence::new(EvidenceKind::Container, &container.name, proof),
            remedy,
        )
        .severity(severity)
        .proof([place]),
    )
}

//! Tempo's data lies in its container.

use std::path::Path;

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, tempo::proof::setting},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    observed::Probe,
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
    explains: &[Probe::Volume],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
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
    let (severity, where_it_lies, until, proof) = match container.mount_of(path) {
        None => (
            Severity::Warning,
            "in the container itself",
            "recreated",
            "Mounts: none covers it".to_owned(),
        ),
        // Whoever started it outside of this stack's files gave it memory by hand, and is not asked to edit these.
        Some(mount)
            if mount.kind == MountKind::Tmpfs
                && container.project != stack.snapshot.stack.project =>
        {
            return Ok(Outcome::NotApplicable(
                "it was given memory outside of this stack's project",
            ));
        }
        Some(mount) if mount.kind == MountKind::Tmpfs => (
            Severity::Info,
            "in memory",
            "stopped",
            format!("Mounts: tmpfs -> {}", mount.destination),
        ),
        Some(_) => return Ok(Outcome::Pass),
    };
    let message = format!(
        "Tempo `{}` keeps its traces at `{path}`, which lies {where_it_lies}: they are gone when it is {until}",
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

#[cfg(test)]
mod tests {
    use crate::{
        code::Code,
        diagnose,
        finding::Severity,
        fixtures,
        observed::{Gap, Observed, Probe},
        policy::Policy,
        snapshot::{MountKind, Snapshot},
        subject::Subject,
    };

    /// A healthy stack whose Tempo keeps its blocks in memory, by its files as well.
    fn in_memory() -> Snapshot {
        let mut snapshot = fixtures::healthy();
        let mounts = &mut snapshot.service_mut("tempo").mounts;
        let data = mounts
            .iter_mut()
            .find(|mount| mount.kind == MountKind::Volume);
        let data = data.unwrap();
        data.kind = MountKind::Tmpfs;
        data.source = String::new();
        // Its page leaves the path out; its file has it.
        if let Observed::Known(config) = &mut snapshot.tempos[0].config {
            config.storage_path = None;
        }
        snapshot.tempos[0].volume = Observed::Unknown(Gap::new(
            Probe::Volume,
            Subject::Tempo("tempo".to_owned()),
            "it lies in memory",
        ));
        // The files say the same: nothing was changed since.
        if let Observed::Known(compose) = &mut snapshot.compose {
            for mount in compose
                .services
                .iter_mut()
                .flat_map(|service| &mut service.mounts)
                .filter(|mount| mount.kind == MountKind::Volume)
            {
                mount.kind = MountKind::Tmpfs;
                mount.source = None;
            }
        }
        snapshot
    }

    #[test]
    fn blocks_in_memory_are_told_and_explain_that_no_volume_can_be_measured() {
        let diagnosis = diagnose(&in_memory(), &Policy::default());
        let [cause] = diagnosis.causes.as_slice() else {
            unreachable!("{:?}", diagnosis.causes)
        };
        assert_eq!(cause.finding.code, Code::new(803));
        assert_eq!(cause.finding.severity, Severity::Info);
        assert_eq!(cause.blocked.len(), 1);
        assert_eq!(diagnosis.gaps, []);
    }

    #[test]
    fn memory_that_somebody_gave_a_tempo_outside_of_the_project_is_their_own_affair() {
        let mut snapshot = in_memory();
        snapshot.service_mut("tempo").project = None;
        let diagnosis = diagnose(&snapshot, &Policy::default());
        assert!(
            diagnosis
                .findings()
                .all(|finding| finding.code != Code::new(803))
        );
    }
}

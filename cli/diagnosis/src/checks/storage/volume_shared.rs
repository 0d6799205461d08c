//! Two Tempos on one volume.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::{Container, Mount, MountKind},
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(808),
    name: "volume-shared",
    severity: Severity::Error,
    summary: "two Tempos write one volume",
    why: "Each deletes and compacts what it takes for its own: blocks vanish, and neither knows.",
    causes: &[
        "A second Tempo was started beside the first with the same volume, for an upgrade.",
        "`docker compose up --scale tempo=2`.",
    ],
    remedy: "Stop one of them, or give it a volume of its own.",
    verify: "`docker ps --filter volume=<volume>` lists one Tempo.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container.filter(|container| container.is_running()) else {
        return Ok(Outcome::NotApplicable("it does not run on this engine"));
    };
    let Some(own) = data_of(backend, container) else {
        return Ok(Outcome::NotApplicable("no volume holds its data"));
    };
    // Each pair is named once, at the first of the two.
    let mut after = stack
        .backends
        .iter()
        .skip_while(|other| other.subject != backend.subject)
        .skip(1);
    let other = after.find_map(|other| {
        let theirs = other.container.filter(|container| container.is_running())?;
        let data = data_of(other, theirs)?;
        let is_shared =
            data.kind == own.kind && data.source == own.source && data.writable && own.writable;
        is_shared.then_some((other, theirs))
    });
    let Some((other, theirs)) = other else {
        return Ok(Outcome::NotApplicable("no other Tempo has its volume"));
    };
    let message = format!(
        "Tempo `{}` and Tempo `{}` both write `{}`: each deletes what the other stored",
        backend.label(),
        other.label(),
        own.source
    );
    let proof = |container: &Container, mount: &Mount| {
        let text = format!("Mounts: {} -> {}", mount.source, mount.destination);
        Evidence::new(EvidenceKind::Container, &container.name, text)
    };
    let remedy = Remedy::run("stop one of them", format!("docker stop {}", theirs.name));
    let second = data_of(other, theirs).map(|mount| proof(theirs, mount));
    fail(Report::new(message, proof(container, own), remedy).proof(second))
}

/// The volume or folder of the host behind a backend's blocks.
fn data_of<'s>(backend: &Backend<'_>, container: &'s Container) -> Option<&'s Mount> {
    let config = backend.tempo.config.known()?;
    container
        .mount_of(config.storage_path.as_deref()?)
        .filter(|mount| matches!(mount.kind, MountKind::Volume | MountKind::Bind))
}

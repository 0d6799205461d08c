//! Two Tempos on one volume.

use std::path::Path;

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
        let is_same = data.mount.kind == own.mount.kind
            && data.mount.source == own.mount.source
            && data.folder == own.folder;
        (is_same && data.mount.writable && own.mount.writable).then_some((other, theirs, data))
    });
    let Some((other, theirs, data)) = other else {
        return Ok(Outcome::NotApplicable("no other Tempo has its volume"));
    };
    let message = format!(
        "Tempo `{}` and Tempo `{}` both write `{}`: each deletes what the other stored",
        backend.label(),
        other.label(),
        own.mount.source
    );
    let proof = |container: &Container, mount: &Mount| {
        let text = format!("Mounts: {} -> {}", mount.source, mount.destination);
        Evidence::new(EvidenceKind::Container, &container.name, text)
    };
    let remedy = Remedy::run("stop one of them", format!("docker stop {}", theirs.name));
    let second = proof(theirs, data.mount);
    fail(Report::new(message, proof(container, own.mount), remedy).proof([second]))
}

/// Where a backend's blocks are: two of them may share a volume and have a folder each.
struct Data<'s> {
    /// The volume or folder of the host.
    mount: &'s Mount,
    /// The blocks' folder in it.
    folder: &'s Path,
}

fn data_of<'s>(backend: &Backend<'s>, container: &'s Container) -> Option<Data<'s>> {
    let path = backend.tempo.config.known()?.storage_path.as_deref()?;
    let mount = container
        .mount_of(path)
        .filter(|mount| matches!(mount.kind, MountKind::Volume | MountKind::Bind))?;
    let folder = Path::new(path).strip_prefix(&mount.destination).ok()?;
    Some(Data { mount, folder })
}

#[cfg(test)]
mod tests {
    use crate::{diagnose, fixtures, observed::Observed, policy::Policy};

    #[test]
    fn two_tempos_with_a_folder_each_share_nothing() {
        let mut cases = fixtures::broken().into_iter();
        let mut snapshot = cases.find(|case| case.code == "PT0808").unwrap().snapshot;
        let last = snapshot.tempos.last_mut().unwrap();
        if let Observed::Known(config) = &mut last.config {
            config.storage_path = Some("/var/tempo/next/blocks".to_owned());
        }
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let mut codes = diagnosis.findings().map(|finding| finding.code.to_string());
        assert!(codes.all(|code| code != "PT0808"));
    }
}

//! What is mounted into a container.

use std::collections::HashMap;

use bollard::models::{HostConfig, MountPoint};
use ptctl_diagnosis::snapshot::{Mount, MountKind};

pub(super) fn mounts(points: Vec<MountPoint>, host: &HostConfig) -> Vec<Mount> {
    let mut mounts: Vec<Mount> = points
        .into_iter()
        .map(|point| {
            let kind = match point.typ.as_deref() {
                Some("volume") => MountKind::Volume,
                Some("bind") => MountKind::Bind,
                Some("tmpfs") => MountKind::Tmpfs,
                Some(_) | None => MountKind::Other,
            };
            let source = match kind {
                MountKind::Volume => point.name.or(point.source),
                MountKind::Bind | MountKind::Tmpfs | MountKind::Other => point.source,
            };
            Mount {
                kind,
                source: source.unwrap_or_default(),
                destination: point.destination.unwrap_or_default(),
                writable: point.rw.unwrap_or(true),
            }
        })
        .collect();
    // `--tmpfs` is not among the mount points.
    let in_memory = host.tmpfs.iter().flat_map(HashMap::keys);
    mounts.extend(in_memory.map(|destination| Mount {
        kind: MountKind::Tmpfs,
        source: String::new(),
        destination: destination.clone(),
        writable: true,
    }));
    mounts.sort_by(|left, right| left.destination.cmp(&right.destination));
    mounts
}

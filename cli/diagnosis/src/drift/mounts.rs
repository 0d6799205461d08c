//! Drift of the mounts.

use std::fmt;

use super::{Comparison, Difference, Field};
use crate::snapshot::{Certainty, ComposeMount, Mount, MountKind};

pub(super) fn compare(comparison: &Comparison<'_>, differences: &mut Vec<Difference>) {
    for written in &comparison.service.mounts {
        let running = comparison
            .container
            .mounts
            .iter()
            .find(|mount| mount.destination.trim_end_matches('/') == written.destination);
        let same = running.is_some_and(|running| may_be(written, running));
        let Some(changed_at) = comparison.written_since(&written.location) else {
            continue;
        };
        if !same && written.certainty == Certainty::Written {
            differences.push(Difference {
                field: Field::Mount(written.destination.clone()),
                written: Shown::from(written).to_string(),
                running: running.map_or_else(
                    || "nothing".to_owned(),
                    |running| Shown::from(running).to_string(),
                ),
                location: written.location.clone(),
                changed_at,
            });
        }
    }
    removed(comparison, differences);
}

/// Folders of the host that are mounted and stand in the files no more; volumes may be the image's own.
fn removed(comparison: &Comparison<'_>, differences: &mut Vec<Difference>) {
    let Some(changed_at) = comparison.written_since(&comparison.service.location) else {
        return;
    };
    let service = comparison.service;
    let uncertain = service.mounts_elsewhere
        || service
            .mounts
            .iter()
            .any(|mount| mount.certainty == Certainty::ShellMayDecide);
    if uncertain {
        return;
    }
    for running in &comparison.container.mounts {
        let destination = running.destination.trim_end_matches('/');
        let known = service
            .mounts
            .iter()
            .any(|written| written.destination == destination);
        if running.kind == MountKind::Bind && !known {
            differences.push(Difference {
                field: Field::Mount(running.destination.clone()),
                written: "nothing".to_owned(),
                running: Shown::from(running).to_string(),
                location: service.location.clone(),
                changed_at,
            });
        }
    }
}

fn may_be(written: &ComposeMount, running: &Mount) -> bool {
    if written.kind != running.kind {
        return false;
    }
    let same_source = written.source.as_ref().is_none_or(|source| {
        let running = running.source.trim_end_matches('/');
        // Docker Desktop shows a folder of the host under one of its own.
        running == source || (written.kind == MountKind::Bind && running.ends_with(source.as_str()))
    });
    same_source && (written.kind == MountKind::Tmpfs || written.writable == running.writable)
}

/// A mount as a sentence names it, wherever it is told.
struct Shown<'m> {
    kind: MountKind,
    source: &'m str,
    writable: bool,
}

impl<'m> From<&'m ComposeMount> for Shown<'m> {
    fn from(mount: &'m ComposeMount) -> Self {
        Self {
            kind: mount.kind,
            source: mount.source.as_deref().unwrap_or_default(),
            writable: mount.writable,
        }
    }
}

impl<'m> From<&'m Mount> for Shown<'m> {
    fn from(mount: &'m Mount) -> Self {
        Self {
            kind: mount.kind,
            source: &mount.source,
            writable: mount.writable,
        }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            MountKind::Volume => "volume",
            MountKind::Bind => "folder",
            MountKind::Tmpfs => "memory",
            MountKind::Other => "mount",
        };
        let mode = if self.writable { "" } else { " read-only" };
        write!(formatter, "{kind} {}{mode}", self.source)
    }
}

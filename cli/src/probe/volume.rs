//! The disk behind a backend's data, and what lies there.
//!
//! Files that can be read from here are; otherwise a helper container reads them where that was asked for, as the user
//! that owns them, or else with the one capability to read past permissions. Of what nobody may read the engine may know
//! the size, which takes it long: it may have to count all it has.

use std::{
    path::{Component, Path, PathBuf},
    time::Duration,
};

use ptctl_diagnosis::{
    observed::{Gap, Observed, Probe},
    snapshot::{Container, Mount, MountKind, StoredData, TempoConfig, VolumeUsage},
    subject::Subject,
};

use super::{DiskReach, Look};
use crate::{
    clients::cause::on_one_line,
    gather::hands::{Files, NoHands},
    helper::Reader,
    inside::{Task, VolumeFound, VolumeTask, Work},
};

/// Where Tempo keeps its data unless told otherwise.
const DEFAULT_PATH: &str = "/var/tempo";
/// Counting what lies on a disk may take this long.
const COUNT_LIMIT: Duration = Duration::from_secs(3);
/// Walking through it from a helper container may take this long, its start included.
const WALK_LIMIT: Duration = Duration::from_secs(8);

/// What is known of a backend's disk.
pub(crate) struct Disk {
    /// How full it is.
    pub(crate) usage: Observed<VolumeUsage>,
    /// What lies there; `None` where its data is not on a disk of this engine.
    pub(crate) stored: Option<Observed<StoredData>>,
}

/// The volume or folder that holds a backend's blocks.
pub(crate) async fn of(
    look: &Look<'_>,
    container: &Container,
    subject: &Subject,
    config: Option<&TempoConfig>,
) -> Disk {
    let gap = |reason: String| Gap::new(Probe::Volume, subject.clone(), reason);
    let configured = config.and_then(|config| config.storage_path.as_deref());
    let path = normal(Path::new(configured.unwrap_or(DEFAULT_PATH)));
    let shown = path.display();
    let nowhere = |reason| Disk {
        usage: Observed::Unknown(gap(reason)),
        stored: None,
    };
    let Some(mount) = container.mount_of(&path.to_string_lossy()) else {
        return nowhere(format!(
            "no volume covers `{shown}`: it lies in the container's own layer"
        ));
    };
    if mount.kind == MountKind::Tmpfs {
        return nowhere(format!("`{shown}` lies in memory"));
    }
    let blocks = configured
        .and_then(|_| path.strip_prefix(&mount.destination).ok())
        .map(Path::to_owned);
    let walked = walk(look, container, mount, blocks).await;
    let usage = match usage(look, mount, walked.as_ref().ok()).await {
        Ok(usage) => Observed::Known(usage),
        Err(reason) => Observed::Unknown(gap(reason)),
    };
    let stored = walked.map(|found| found.stored).map_err(gap);
    Disk {
        usage,
        stored: Some(stored.into()),
    }
}

/// A path without detours, as far as its text tells: `/var/./tempo/wal/..` is `/var/tempo`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => normal.push(part),
        }
    }
    normal
}

/// How full a mount is, by a walk through it or as the engine counts.
async fn usage(
    look: &Look<'_>,
    mount: &Mount,
    walked: Option<&VolumeFound>,
) -> Result<VolumeUsage, String> {
    let disk = walked.and_then(|found| found.disk);
    // What ended early, or was not let in everywhere, counted too little.
    let whole =
        walked.filter(|found| found.stored.cut.is_none() && found.stored.unreadable.forbidden == 0);
    let used_bytes = match (whole, mount.kind) {
        (Some(found), _) => Some(found.stored.all.bytes),
        (None, MountKind::Volume) => {
            let deadline = look.deadline.capped(COUNT_LIMIT);
            match look.engine.volume_counts(deadline).await {
                Ok(counts) => counts.get(&mount.source).and_then(|count| count.bytes),
                // The room that is left says more than what is used, and is known.
                Err(_) if disk.is_some() => None,
                Err(error) => return Err(on_one_line(&error)),
            }
        }
        (None, MountKind::Bind | MountKind::Tmpfs | MountKind::Other) => None,
    };
    if used_bytes.is_none() && disk.is_none() {
        return Err(format!(
            "neither the engine nor this machine tells the size of `{}`",
            mount.source
        ));
    }
    Ok(VolumeUsage {
        name: mount.source.clone(),
        used_bytes,
        free_bytes: disk.map(|disk| disk.free),
        disk_bytes: disk.map(|disk| disk.size),
    })
}

/// Walks through a mount: as whoever may read it.
async fn walk(
    look: &Look<'_>,
    container: &Container,
    mount: &Mount,
    blocks: Option<PathBuf>,
) -> Result<VolumeFound, String> {
    let folder = folder_of(look, mount).await?;
    let task = |folder: &Path| {
        Task::from(VolumeTask {
            folder: folder.to_owned(),
            blocks: blocks.clone(),
        })
    };
    let owner = owner_of(container);
    let read_as = |reader| Files {
        folder: folder.clone(),
        source: mount.source.clone(),
        reader,
    };
    let deadline = look.deadline.capped(WALK_LIMIT);
    let first = read_as(owner.unwrap_or(Reader::Anyones));
    let found = asked(look.hands.beside(&first, &task, deadline).await)?;
    let is_let_in = matches!(&found, Ok(found) if found.stored.unreadable.forbidden == 0);
    if is_let_in || owner.is_none() {
        return found;
    }
    // An image of another user wrote it, or its folder belongs to nobody that is known.
    let second = read_as(Reader::Anyones);
    match asked(look.hands.beside(&second, &task, deadline).await) {
        Ok(Ok(better)) => Ok(better),
        Ok(Err(_)) | Err(_) => found,
    }
}

/// What a walk found, which may have failed itself.
fn asked(
    answer: Result<crate::inside::Answer, NoHands>,
) -> Result<Result<VolumeFound, String>, String> {
    let answer = answer.map_err(NoHands::reason)?;
    VolumeTask::found(answer).ok_or_else(|| "the answer is another question's".to_owned())
}

/// The folder of the engine's host that a mount is. It is only looked into where that host is certainly this machine.
async fn folder_of(look: &Look<'_>, mount: &Mount) -> Result<PathBuf, String> {
    match (mount.kind, look.disks) {
        (MountKind::Volume, DiskReach::Here) => look
            .engine
            .volume_mount_point(&mount.source, look.engine_deadline())
            .await
            .map(PathBuf::from)
            .map_err(|error| on_one_line(&error)),
        (MountKind::Volume | MountKind::Bind, _) => Ok(PathBuf::from(&mount.source)),
        (MountKind::Tmpfs | MountKind::Other, _) => Err(format!(
            "`{}` is neither a volume nor a folder",
            mount.destination
        )),
    }
}

/// The user that a container's files belong to, where its description tells by number.
fn owner_of(container: &Container) -> Option<Reader> {
    let (user, group) = container
        .user
        .split_once(':')
        .unwrap_or((&container.user, ""));
    let uid = match user {
        "" | "root" => 0,
        user => user.parse().ok()?,
    };
    let gid = match group {
        "" => 0,
        group => group.parse().unwrap_or(0),
    };
    Some(Reader::Owner { uid, gid })
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::fixtures;

    use super::*;

    #[test]
    fn a_path_is_the_same_however_it_is_written() {
        for written in [
            "/var/tempo/blocks",
            "/var/tempo/blocks/",
            "/var/./tempo//blocks",
            "/var/tempo/wal/../blocks",
            "/../var/tempo/blocks/.",
        ] {
            let path = normal(Path::new(written));
            assert_eq!(path.to_str(), Some("/var/tempo/blocks"), "{written}");
        }
    }

    #[test]
    fn files_are_read_as_the_user_that_the_container_runs_as() {
        let mut container = fixtures::healthy().service_mut("tempo").clone();
        for (user, reader) in [
            (
                "10001:10001",
                Some(Reader::Owner {
                    uid: 10001,
                    gid: 10001,
                }),
            ),
            ("10001", Some(Reader::Owner { uid: 10001, gid: 0 })),
            ("", Some(Reader::Owner { uid: 0, gid: 0 })),
            ("tempo", None),
        ] {
            user.clone_into(&mut container.user);
            assert_eq!(owner_of(&container), reader, "{user}");
        }
    }
}

//! The disk behind a backend's data.
//!
//! A mount point that can be read from here is read; otherwise the engine is asked, which may have to count all it has.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use ptctl_diagnosis::{
    observed::{Gap, Observed, Probe},
    snapshot::{Container, Mount, MountKind, TempoConfig, VolumeUsage},
    subject::Subject,
};

use super::{DiskReach, Look};
use crate::clients::cause::on_one_line;

/// Where Tempo keeps its data unless told otherwise.
const DEFAULT_PATH: &str = "/var/tempo";
/// Counting what lies on a disk may take this long.
const COUNT_LIMIT: Duration = Duration::from_secs(3);

/// The volume or folder that holds a backend's blocks.
pub(crate) async fn of(
    look: &Look<'_>,
    container: &Container,
    subject: &Subject,
    config: Option<&TempoConfig>,
) -> Observed<VolumeUsage> {
    let gap = |reason: String| Observed::Unknown(Gap::new(Probe::Volume, subject.clone(), reason));
    let path = config
        .and_then(|config| config.storage_path.as_deref())
        .unwrap_or(DEFAULT_PATH);
    let Some(mount) = container.mount_of(path) else {
        return gap(format!(
            "no volume covers `{path}`: it lies in the container's own layer"
        ));
    };
    if mount.kind == MountKind::Tmpfs {
        return gap(format!("`{path}` lies in memory"));
    }
    let local = match mount_point(look, mount).await {
        Some(folder) => on_disk(folder, look).await,
        None => OnDisk::default(),
    };
    let used_bytes = match (local.used, mount.kind) {
        (Some(used), _) => Some(used),
        (None, MountKind::Volume) => {
            let deadline = look.deadline.capped(COUNT_LIMIT);
            match look.engine.volume_sizes(deadline).await {
                Ok(sizes) => sizes.get(&mount.source).copied(),
                // The room that is left says more than what is used, and is known.
                Err(_) if local.free.is_some() => None,
                Err(error) => return gap(on_one_line(&error)),
            }
        }
        (None, MountKind::Bind | MountKind::Tmpfs | MountKind::Other) => None,
    };
    if used_bytes.is_none() && local.free.is_none() {
        return gap(format!(
            "neither the engine nor this machine tells the size of `{}`",
            mount.source
        ));
    }
    Observed::Known(VolumeUsage {
        name: mount.source.clone(),
        used_bytes,
        free_bytes: local.free,
        disk_bytes: local.size,
    })
}

/// The folder of this machine that a mount is, where the engine is certainly this machine.
async fn mount_point(look: &Look<'_>, mount: &Mount) -> Option<PathBuf> {
    if look.disks == DiskReach::Away {
        return None;
    }
    match mount.kind {
        MountKind::Volume => {
            let point = look
                .engine
                .volume_mount_point(&mount.source, look.engine_deadline())
                .await;
            point
                .ok()
                .map(PathBuf::from)
                .filter(|folder| folder.is_dir())
        }
        MountKind::Bind => Some(PathBuf::from(&mount.source)).filter(|folder| folder.is_dir()),
        MountKind::Tmpfs | MountKind::Other => None,
    }
}

/// What the file system itself says.
#[derive(Debug, Default, Clone, Copy)]
struct OnDisk {
    used: Option<u64>,
    free: Option<u64>,
    size: Option<u64>,
}

async fn on_disk(folder: PathBuf, look: &Look<'_>) -> OnDisk {
    let ends = look.deadline.capped(COUNT_LIMIT);
    let counted = tokio::task::spawn_blocking(move || {
        let space = rustix::fs::statvfs(&folder).ok();
        OnDisk {
            used: size_of(&folder, ends).ok(),
            free: space.as_ref().map(|space| space.f_bavail * space.f_frsize),
            size: space.as_ref().map(|space| space.f_blocks * space.f_frsize),
        }
    });
    match ends.cut(counted).await {
        Ok(Ok(found)) => found,
        Ok(Err(_)) | Err(_) => OnDisk::default(),
    }
}

/// The bytes that the files below a folder take on disk. Links are not followed.
fn size_of(folder: &Path, ends: crate::clients::deadline::Deadline) -> io::Result<u64> {
    use std::os::unix::fs::MetadataExt;
    let mut folders = vec![folder.to_owned()];
    let mut bytes = 0;
    while let Some(folder) = folders.pop() {
        if ends.has_passed() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        // Tempo deletes blocks, which are folders of files, while they are counted.
        let Some(entries) = unless_gone(std::fs::read_dir(&folder))? else {
            continue;
        };
        for entry in entries {
            let entry = entry?;
            let Some(metadata) = unless_gone(entry.metadata())? else {
                continue;
            };
            if metadata.is_dir() {
                folders.push(entry.path());
            } else {
                bytes += metadata.blocks() * 512;
            }
        }
    }
    Ok(bytes)
}

/// What was asked for, or nothing where it does not exist any more.
fn unless_gone<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

//! The room that the engine's own log files take.

use std::{fs, io, os::unix::fs::MetadataExt, path::Path};

use ptctl_diagnosis::snapshot::{Container, ContainerId, FilesTotal, LogFile};

use super::Look;
use crate::thread;

/// The log files of containers, where they can be read from here; what cannot be read is left out.
pub(crate) async fn of(look: &Look<'_>, containers: &[Container]) -> Vec<LogFile> {
    let Some(root) = look.data_root else {
        return Vec::new();
    };
    let folder = root.join("containers");
    let ids: Vec<ContainerId> = containers
        .iter()
        .map(|container| container.id.clone())
        .collect();
    let counted = thread::apart_until(look.engine_deadline(), "log files", move || {
        ids.into_iter()
            .filter_map(|id| log_of(&folder.join(&id.0), id).ok())
            .collect()
    });
    counted.await.unwrap_or_default()
}

/// The files of one container's log: `ID-json.log` and what was rotated, or those of the driver `local`.
fn log_of(folder: &Path, container: ContainerId) -> io::Result<LogFile> {
    let json = format!("{}-json.log", container.0);
    let mut all = files(folder, |name| name.starts_with(&json))?;
    match files(&folder.join("local-logs"), |name| {
        name.starts_with("container.log")
    }) {
        Ok(local) => all.add(local),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let space = rustix::fs::statvfs(folder).ok();
    Ok(LogFile {
        container,
        all,
        free_bytes: space.map(|space| space.f_bavail.saturating_mul(space.f_frsize)),
    })
}

fn files(folder: &Path, is_wanted: impl Fn(&str) -> bool) -> io::Result<FilesTotal> {
    let mut all = FilesTotal::default();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !is_wanted(&entry.file_name().to_string_lossy()) {
            continue;
        }
        match entry.metadata() {
            Ok(metadata) if metadata.is_file() => all.add(FilesTotal {
                files: 1,
                bytes: metadata.blocks().saturating_mul(512),
            }),
            Ok(_) => {}
            // Rotated away meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_counts_with_what_was_rotated_and_nothing_else_of_the_container() {
        let folder = tempfile::TempDir::new().expect("a folder");
        for name in ["abc-json.log", "abc-json.log.1", "config.v2.json"] {
            fs::write(folder.path().join(name), "x".repeat(5_000)).expect("written");
        }
        let log = log_of(folder.path(), ContainerId("abc".to_owned())).expect("a log");
        assert_eq!(log.all.files, 2);
        assert!(log.all.bytes >= 10_000);
        fs::create_dir(folder.path().join("local-logs")).expect("made");
        fs::write(folder.path().join("local-logs/container.log"), "x").expect("written");
        let log = log_of(folder.path(), ContainerId("abc".to_owned())).expect("a log");
        assert_eq!(log.all.files, 3);
    }
}

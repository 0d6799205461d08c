//! Configuration files out of a container, which needs neither a running process nor a shell.

use std::path::Path;

pub(crate) use ptctl_diagnosis::flag::value as flag;
use ptctl_diagnosis::snapshot::{Container, Mount, MountKind};

use super::Look;
use crate::{
    clients::{
        cause::{innermost, on_one_line},
        docker::ArchivedFile,
    },
    compose::text_of,
};

/// A file of a container.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Where a person opens it.
    pub(crate) path: String,
    /// Its content.
    pub(crate) text: String,
}

/// Where the files of a container are read.
#[derive(Clone, Copy)]
pub(crate) enum Files<'l> {
    /// Out of the container.
    Container(&'l Look<'l>),
    /// On this machine's disk, as far as the container would mount them from there.
    Disk,
}

/// The file at a path, or why it could not be read.
pub(crate) async fn at(
    files: Files<'_>,
    container: &Container,
    path: &str,
) -> Result<File, String> {
    let shown = on_host(container, path);
    let text = match files {
        Files::Container(look) => {
            let file = look
                .engine
                .file(&container.id, path, look.engine_deadline())
                .await
                .map_err(|error| on_one_line(&error))?;
            match file {
                None => return Err(format!("there is no `{path}` in the container")),
                Some(ArchivedFile::NotAFile) => {
                    return Err(format!("`{path}` in the container is not a file"));
                }
                Some(ArchivedFile::Content(content)) => {
                    String::from_utf8_lossy(&content).into_owned()
                }
            }
        }
        Files::Disk if mount_of(container, path).is_none() => {
            return Err(format!("`{path}` is in the image or in a volume"));
        }
        Files::Disk => text_of(Path::new(&shown))
            .map(|(text, _)| text)
            .map_err(|error| format!("`{shown}`: {}", innermost(&error)))?,
    };
    Ok(File { path: shown, text })
}

/// The files with one of these endings in a folder, by name; `None` where there is no such folder.
pub(crate) async fn folder(
    files: Files<'_>,
    container: &Container,
    path: &str,
    endings: &[&str],
) -> Result<Option<Vec<File>>, String> {
    let is_wanted = |path: &str| endings.iter().any(|ending| path.ends_with(ending));
    let look = match files {
        Files::Container(look) => look,
        Files::Disk if mount_of(container, path).is_none() => {
            return Err(format!("`{path}` is in the image or in a volume"));
        }
        Files::Disk => return folder_on_disk(&on_host(container, path), is_wanted),
    };
    let files = look
        .engine
        .folder(&container.id, path, look.engine_deadline())
        .await
        .map_err(|error| on_one_line(&error))?;
    let Some(mut files) = files else {
        return Ok(None);
    };
    files.sort();
    Ok(Some(
        files
            .into_iter()
            .filter(|(path, _)| is_wanted(path))
            .map(|(path, content)| File {
                path: on_host(container, &path),
                text: String::from_utf8_lossy(&content).into_owned(),
            })
            .collect(),
    ))
}

fn folder_on_disk(
    folder: &str,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Option<Vec<File>>, String> {
    let failed = |path: &str, error: &std::io::Error| format!("`{path}`: {}", innermost(error));
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(folder, &error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| failed(folder, &error))?.path();
        paths.push(path.display().to_string());
    }
    paths.retain(|path| is_wanted(path));
    paths.sort();
    let read = |path: String| match text_of(Path::new(&path)) {
        Ok((text, _)) => Ok(File { path, text }),
        Err(error) => Err(failed(&path, &error)),
    };
    paths
        .into_iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map(Some)
}

/// Whether a path of a container lies on the disk of its host.
pub(crate) fn is_mounted(container: &Container, path: &str) -> bool {
    mount_of(container, path).is_some()
}

/// What of the host's disk a path of a container lies on.
fn mount_of<'c>(container: &'c Container, path: &str) -> Option<&'c Mount> {
    container
        .mount_of(path)
        .filter(|mount| mount.kind == MountKind::Bind)
}

/// Where a person opens a file: on the engine's host where it is mounted from there, else in the container.
pub(crate) fn on_host(container: &Container, path: &str) -> String {
    let Some(mount) = mount_of(container, path) else {
        return path.to_owned();
    };
    match Path::new(path).strip_prefix(&mount.destination) {
        Ok(below) if below.as_os_str().is_empty() => mount.source.clone(),
        Ok(below) => Path::new(&mount.source).join(below).display().to_string(),
        Err(_) => path.to_owned(),
    }
}

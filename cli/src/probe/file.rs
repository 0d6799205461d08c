//! Configuration files out of a container, which needs neither a running process nor a shell.

use std::path::Path;

use ptctl_diagnosis::snapshot::{Container, MountKind};

use super::Look;
use crate::clients::{cause::on_one_line, docker::ArchivedFile};

/// A file of a container.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Where a person opens it.
    pub(crate) path: String,
    /// Its content.
    pub(crate) text: String,
}

/// The file at a path, or why it could not be read.
pub(crate) async fn at(look: &Look<'_>, container: &Container, path: &str) -> Result<File, String> {
    let file = look
        .engine
        .file(&container.id, path, look.engine_deadline())
        .await
        .map_err(|error| on_one_line(&error))?;
    match file {
        None => Err(format!("there is no `{path}` in the container")),
        Some(ArchivedFile::NotAFile) => Err(format!("`{path}` in the container is not a file")),
        Some(ArchivedFile::Content(content)) => Ok(File {
            path: on_host(container, path),
            text: String::from_utf8_lossy(&content).into_owned(),
        }),
    }
}

/// The files with one of these endings in a folder, by name; `None` where there is no such folder.
pub(crate) async fn folder(
    look: &Look<'_>,
    container: &Container,
    path: &str,
    endings: &[&str],
) -> Result<Option<Vec<File>>, String> {
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
            .filter(|(path, _)| endings.iter().any(|ending| path.ends_with(ending)))
            .map(|(path, content)| File {
                path: on_host(container, &path),
                text: String::from_utf8_lossy(&content).into_owned(),
            })
            .collect(),
    ))
}

/// Where a person opens a file: on the engine's host where it is mounted from there, else in the container.
pub(crate) fn on_host(container: &Container, path: &str) -> String {
    let mount = container
        .mount_of(path)
        .filter(|mount| mount.kind == MountKind::Bind);
    let Some(mount) = mount else {
        return path.to_owned();
    };
    match Path::new(path).strip_prefix(&mount.destination) {
        Ok(below) if below.as_os_str().is_empty() => mount.source.clone(),
        Ok(below) => Path::new(&mount.source).join(below).display().to_string(),
        Err(_) => path.to_owned(),
    }
}

/// The value of a flag, in the forms that Go's flags allow.
pub(crate) fn flag<'c>(command: &'c [String], name: &str) -> Option<&'c str> {
    command.iter().enumerate().find_map(|(at, word)| {
        let flag = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
        match flag.strip_prefix(name)? {
            "" => command.get(at + 1).map(String::as_str),
            value => value.strip_prefix('='),
        }
    })
}

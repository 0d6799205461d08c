//! Which files a log consists of, oldest first, however the engine rotates them meanwhile.

use std::{
    io,
    path::{Path, PathBuf},
};

use ptctl_diagnosis::snapshot::ContainerId;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::part::Part;

/// No log driver keeps more files.
const MOST_FILES: u32 = 1000;
/// A log that is rotated while its files are opened is opened again so often.
const ATTEMPTS: usize = 5;

/// The log drivers whose files are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogDriver {
    /// `json-file`: one JSON object a line.
    JsonFile,
    /// `local`: records of Protocol Buffers, each between its length and its length.
    Local,
}

/// Where the log of a container lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LogFolder {
    /// The folder of its files.
    pub(crate) folder: PathBuf,
    /// The name of the file that is written to; rotated ones have `.1`, `.2` and so on behind it.
    pub(crate) current: String,
    /// What is in them.
    pub(crate) driver: LogDriver,
}

/// Why the files of a log cannot be read here.
#[derive(Debug, Error)]
pub(crate) enum LogFilesError {
    /// A file cannot be opened or read.
    #[error("could not read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// There are none.
    #[error("there is no log file in `{}`", .0.display())]
    NoFiles(PathBuf),
}

impl LogFilesError {
    /// Whether somebody else may well read them: they are not here, or only for others.
    pub(crate) fn is_elsewhere(&self) -> bool {
        match self {
            Self::NoFiles(_) => true,
            Self::Read { source, .. } => matches!(
                source.kind(),
                io::ErrorKind::NotFound
                    | io::ErrorKind::PermissionDenied
                    | io::ErrorKind::NotADirectory
            ),
        }
    }
}

impl LogFolder {
    /// Where the engine with this data folder keeps a container's log; `None` for a driver without files of its own.
    pub(crate) fn of(data_root: &Path, container: &ContainerId, driver: &str) -> Option<Self> {
        let folder = data_root.join("containers").join(&container.0);
        match driver {
            "json-file" => Some(Self {
                folder,
                current: format!("{}-json.log", container.0),
                driver: LogDriver::JsonFile,
            }),
            "local" => Some(Self {
                folder: folder.join("local-logs"),
                current: "container.log".to_owned(),
                driver: LogDriver::Local,
            }),
            _ => None,
        }
    }

    fn path(&self, number: u32) -> PathBuf {
        match number {
            0 => self.folder.join(&self.current),
            number => self.folder.join(format!("{}.{number}", self.current)),
        }
    }
}

/// The opened files of one log.
#[derive(Debug)]
pub(crate) struct LogFiles {
    /// Where they lie.
    pub(super) folder: PathBuf,
    /// What is in them.
    pub(super) driver: LogDriver,
    /// Oldest first.
    pub(super) parts: Vec<Part>,
}

impl LogFiles {
    /// Opens every file of a log. A rotation between two of them changes nothing.
    pub(crate) fn open(folder: &LogFolder) -> Result<Self, LogFilesError> {
        let mut parts = newest_first(folder)?;
        for _ in 1..ATTEMPTS {
            if is_still_newest(folder, parts.first()) {
                break;
            }
            parts = newest_first(folder)?;
        }
        if parts.is_empty() {
            return Err(LogFilesError::NoFiles(folder.folder.clone()));
        }
        parts.reverse();
        Ok(Self {
            folder: folder.folder.clone(),
            driver: folder.driver,
            parts,
        })
    }
}

/// Opens the files from the newest on: one that is rotated meanwhile is met again under its next name, and left out.
fn newest_first(folder: &LogFolder) -> Result<Vec<Part>, LogFilesError> {
    let mut parts: Vec<Part> = Vec::new();
    for number in 0..MOST_FILES {
        let plain = folder.path(number);
        let mut packed = plain.clone().into_os_string();
        packed.push(".gz");
        let packed = PathBuf::from(packed);
        // While the engine compresses a file there are both; the one that it began with is whole.
        let part = match opened(&plain, Part::plain)? {
            Some(part) => Some(part),
            None if number == 0 => None,
            None => opened(&packed, Part::packed)?,
        };
        match part {
            Some(part) if parts.iter().any(|known| known.is_same(&part)) => {}
            Some(part) => parts.push(part),
            // The current file may just have been renamed.
            None if number == 0 => {}
            None => break,
        }
    }
    Ok(parts)
}

fn opened(
    path: &Path,
    open: impl FnOnce(&Path) -> io::Result<Part>,
) -> Result<Option<Part>, LogFilesError> {
    match open(path) {
        Ok(part) => Ok(Some(part)),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(LogFilesError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Whether the newest file has not been rotated since it was opened.
fn is_still_newest(folder: &LogFolder, newest: Option<&Part>) -> bool {
    let now = std::fs::metadata(folder.path(0));
    match (newest, now) {
        (Some(newest), Ok(now)) => newest.is_file(&now),
        (None, Err(_)) => true,
        (Some(_), Err(_)) | (None, Ok(_)) => false,
    }
}

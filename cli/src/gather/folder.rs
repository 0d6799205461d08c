//! Files on the engine's host that somebody looks at: from here, or mounted into the helper container.

use std::path::PathBuf;

use crate::{clients::deadline::Deadline, helper::Reader, thread};

/// Files on the engine's host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Files {
    /// Their folder on the engine's host.
    pub(crate) folder: PathBuf,
    /// What is mounted to see them: a volume's name or the folder.
    pub(crate) source: String,
    /// Who can read them.
    pub(crate) reader: Reader,
}

/// Why a folder is not looked into from here.
pub(super) enum FolderError {
    /// It is not there, or not for this user.
    Closed(String),
    /// Nothing is heard of it.
    Hangs(String),
}

impl Files {
    /// Whether their folder can be looked into from here.
    pub(super) async fn open(&self, deadline: Deadline) -> Result<(), FolderError> {
        let shown = self.folder.display();
        let folder = self.folder.clone();
        let opened = thread::apart_until(deadline, "folder", move || {
            std::fs::read_dir(folder).map(drop)
        });
        match opened.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(FolderError::Closed(format!("`{shown}`: {error}"))),
            Err(error) => Err(FolderError::Hangs(format!("`{shown}`: {error}"))),
        }
    }
}

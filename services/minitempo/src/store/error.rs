//! Why the store could not do what was asked.

use std::io;
use std::path::{Path, PathBuf};

/// A failure of the span store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder for the blocks could not be made.
    #[error("mkdir {}", .path.display())]
    CreateFolder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The folder for the blocks could not be listed.
    #[error("list {}", .path.display())]
    ListFolder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The thread that writes could not be started.
    #[error("start the span writer")]
    StartWriter {
        /// What the operating system said.
        source: io::Error,
    },
    /// A damaged block could not be moved out of the way.
    #[error("set aside {}", .path.display())]
    SetAside {
        /// The block.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A block past retention could not be removed.
    #[error("remove {}", .path.display())]
    Remove {
        /// The block.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The storage engine refused an operation on a block.
    #[error("block {}", .path.display())]
    Engine {
        /// The block.
        path: PathBuf,
        /// What the engine said.
        source: Box<redb::Error>,
    },
    /// A block holds a record that this version cannot read.
    #[error("block {} holds an unreadable {what}", .path.display())]
    Unreadable {
        /// The block.
        path: PathBuf,
        /// Which kind of record.
        what: &'static str,
    },
    /// A block is not open for what was asked of it: the file could not be opened again, which is tried from time to time.
    #[error("block {} is closed", .path.display())]
    BlockClosed {
        /// The block.
        path: PathBuf,
    },
    /// The store has been shut down.
    #[error("the store is shut down")]
    Closed,
}

impl StoreError {
    pub(crate) fn engine(path: &Path, source: impl Into<redb::Error>) -> Self {
        Self::Engine {
            path: path.to_owned(),
            source: Box::new(source.into()),
        }
    }

    pub(crate) fn unreadable(path: &Path, what: &'static str) -> Self {
        Self::Unreadable {
            path: path.to_owned(),
            what,
        }
    }
}

/// An error with its causes on one line.
pub(crate) struct Causes<'error>(pub(crate) &'error dyn std::error::Error);

impl std::fmt::Display for Causes<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(source) = next {
            write!(formatter, ": {source}")?;
            next = source.source();
        }
        Ok(())
    }
}

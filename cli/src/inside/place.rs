//! Where a container's files and sockets are seen from where a task runs.

use std::path::{Path, PathBuf};

/// The two folders that a task needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    root: PathBuf,
    net: PathBuf,
    image: Image,
}

/// Whether the files of the container's image are seen, besides those that the engine puts into every container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Image {
    /// They are.
    Seen,
    /// They are not: the root is another image's.
    Unseen,
}

impl Place {
    /// This process's own.
    pub(crate) fn own() -> Self {
        Self {
            root: PathBuf::from("/"),
            net: PathBuf::from("/proc/self/net"),
            image: Image::Seen,
        }
    }

    /// The helper's own: the network of the container that it was started for, and nothing of that one's image.
    pub(crate) fn of_helper() -> Self {
        Self {
            image: Image::Unseen,
            ..Self::own()
        }
    }

    /// A process's, seen from the namespace of processes that it was started from.
    pub(crate) fn of_process(pid: u32) -> Self {
        Self {
            root: PathBuf::from(format!("/proc/{pid}/root")),
            net: PathBuf::from(format!("/proc/{pid}/net")),
            image: Image::Seen,
        }
    }

    /// A file of the container: `etc/resolv.conf`.
    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// Whether files are those of this process's own root.
    pub(crate) fn is_own_root(&self) -> bool {
        self.root == Path::new("/")
    }

    /// Whether the files of the container's image are seen.
    pub(crate) fn image(&self) -> Image {
        self.image
    }

    /// The folder with the kernel's tables of sockets.
    pub(crate) fn net(&self) -> &Path {
        &self.net
    }

    /// A place made of two folders.
    #[cfg(test)]
    pub(crate) fn at(root: &Path, net: &Path) -> Self {
        Self {
            root: root.to_owned(),
            net: net.to_owned(),
            image: Image::Seen,
        }
    }
}

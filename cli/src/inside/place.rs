//! Where a container's files and sockets are seen from where a task runs.

use std::path::{Path, PathBuf};

/// The two folders that a task needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    root: PathBuf,
    net: PathBuf,
}

impl Place {
    /// This process's own.
    pub(crate) fn own() -> Self {
        Self {
            root: PathBuf::from("/"),
            net: PathBuf::from("/proc/self/net"),
        }
    }

    /// A process's, seen from the namespace of processes that it was started from.
    pub(crate) fn of_process(pid: u32) -> Self {
        Self {
            root: PathBuf::from(format!("/proc/{pid}/root")),
            net: PathBuf::from(format!("/proc/{pid}/net")),
        }
    }

    /// A file of the container: `etc/resolv.conf`.
    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
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
        }
    }
}

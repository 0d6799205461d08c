//! What is mounted into a container.

use serde::{Deserialize, Serialize};

/// Something mounted into a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// A volume, a folder of the host, or memory.
    pub kind: MountKind,
    /// The volume's name or the folder on the host.
    pub source: String,
    /// The path in the container.
    pub destination: String,
    /// Whether the container may write to it.
    pub writable: bool,
}

/// What a mount is backed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MountKind {
    /// A named or anonymous volume.
    Volume,
    /// A folder or file of the host.
    Bind,
    /// Memory.
    Tmpfs,
    /// Another kind, such as a named pipe.
    Other,
}

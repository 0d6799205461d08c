//! Whether a container runs, how it ended, and what happens then.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Health;

/// Whether a container runs, and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContainerState {
    /// The engine's one word for it.
    pub status: Status,
    /// The exit code of its last end.
    pub exit_code: i64,
    /// The kernel killed its main process for want of memory.
    pub oom_killed: bool,
    /// What the engine could not do, such as `port is already allocated`.
    pub error: Option<String>,
    /// Its main process, as the engine's host counts it, while it runs.
    #[serde(default)]
    pub pid: Option<u32>,
    /// Its last start.
    pub started_at: Option<Timestamp>,
    /// Its last end.
    pub finished_at: Option<Timestamp>,
    /// How often the restart policy started it again.
    pub restart_count: u64,
    /// Its health check's view; `None` without a health check.
    pub health: Option<Health>,
}

/// The engine's state words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Created, never started.
    Created,
    /// Running.
    Running,
    /// Frozen by `docker pause`.
    Paused,
    /// Between two starts of its restart policy.
    Restarting,
    /// Being removed.
    Removing,
    /// Ended.
    Exited,
    /// Ended, and the engine failed to clean it up.
    Dead,
    /// Described by files; no engine made it.
    Declared,
}

impl Status {
    /// Whether the main process runs (a paused one does, frozen).
    pub fn is_running(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }

    /// The engine's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
            Self::Declared => "declared",
        }
    }
}

/// What the engine does when a container exits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestartPolicy {
    /// Nothing.
    No,
    /// Starts it again, whatever the exit code.
    Always,
    /// Starts it again unless somebody stopped it.
    UnlessStopped,
    /// Starts it again after a non-zero exit code.
    OnFailure,
}

//! A walk through a backend's folder of data: blocks by tenant, the write-ahead log, and how much room is left.
//!
//! The folder is written by somebody else while it is walked through, and may be anybody's: no link is followed, no
//! entry is opened that is not a plain file or a folder, and the number of entries, the depth and the time are bounded.

mod block;
mod description;
mod entry;
mod name;
mod tally;
#[cfg(test)]
mod tests;
mod walk;

use std::{path::PathBuf, time::Duration};

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::StoredData;
use serde::{Deserialize, Serialize};

use super::{Answer, Task, Work};
use crate::{clients::deadline::Deadline, thread};

/// A walk that sees its time end may take so long to say so.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Walk through a folder of data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VolumeTask {
    /// The folder, as it is seen where the task runs.
    pub(crate) folder: PathBuf,
    /// The folder of the blocks in it, where the backend's configuration names one.
    pub(crate) blocks: Option<PathBuf>,
}

/// What a walk found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VolumeFound {
    /// What lies there.
    pub(crate) stored: StoredData,
    /// The disk that it lies on.
    pub(crate) disk: Option<DiskSpace>,
}

/// A disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DiskSpace {
    /// Free bytes, without those that are kept for root.
    pub(crate) free: u64,
    /// All its bytes.
    pub(crate) size: u64,
}

impl From<VolumeTask> for Task {
    fn from(task: VolumeTask) -> Self {
        Self::Volume(task)
    }
}

impl Work for VolumeTask {
    type Found = Result<VolumeFound, String>;

    fn found(answer: Answer) -> Option<Self::Found> {
        let Answer::Volume(found) = answer else {
            return None;
        };
        Some(found.map(|found| *found))
    }
}

impl VolumeTask {
    /// Does the work, on a thread that may wait for disks. `Err` where the folder itself cannot be read, or the disk does
    /// not answer.
    pub(crate) async fn perform(&self, deadline: Deadline) -> Result<Box<VolumeFound>, String> {
        let task = self.clone();
        // Who walks until the last moment has none left to tell of it.
        let turned_back = deadline.capped(deadline.left() * 9 / 10);
        let given_up = Deadline::after(deadline.left() + LAST_WORDS);
        thread::apart_until(given_up, "volume", move || {
            task.walk(turned_back, Timestamp::now())
        })
        .await
        .unwrap_or_else(|error| Err(format!("`{}`: {error}", self.folder.display())))
        .map(Box::new)
    }

    /// The walk itself; blocks without a description are told apart by their age at `now`.
    fn walk(&self, deadline: Deadline, now: Timestamp) -> Result<VolumeFound, String> {
        let root = entry::root(&self.folder)
            .map_err(|error| format!("`{}`: {error}", self.folder.display()))?;
        let disk = rustix::fs::fstatvfs(&root).ok().map(|space| DiskSpace {
            free: space.f_bavail.saturating_mul(space.f_frsize),
            size: space.f_blocks.saturating_mul(space.f_frsize),
        });
        let stored = walk::through(&root, self.blocks.as_deref(), deadline, now);
        Ok(VolumeFound { stored, disk })
    }
}

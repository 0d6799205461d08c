//! What lies on the engine's disks: a backend's folder of data, the project's volumes, the engine's own log files.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::ContainerId;
use crate::observed::Observed;

/// What a walk through a backend's folder of data found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredData {
    /// All files, whatever they are.
    pub all: FilesTotal,
    /// Tempo's blocks; `None` where there is neither a block nor a folder for them.
    pub tempo: Option<BlockStore>,
    /// minitempo's blocks.
    pub minitempo: Option<BlockStore>,
    /// What Tempo has not made a block of yet.
    pub wal: WriteAheadLog,
    /// Tempo's copies of blocks beside its write-ahead log, kept for queries for some minutes.
    pub copies: FilesTotal,
    /// Entries that could not be read.
    pub unreadable: Unreadable,
    /// Why the walk ended early; sums are lower bounds then.
    pub cut: Option<WalkEnd>,
}

/// Files and the room that they take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesTotal {
    /// How many.
    pub files: u64,
    /// Bytes that they take on disk.
    pub bytes: u64,
}

impl FilesTotal {
    /// Counts more.
    pub fn add(&mut self, other: Self) {
        self.files = self.files.saturating_add(other.files);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// Entries that could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// How many.
    pub entries: u64,
    /// Of these, how many this user may not read.
    pub forbidden: u64,
    /// The first, with the reason.
    pub first: Option<String>,
}

/// What ended a walk before everything was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalkEnd {
    /// Time was up.
    Late,
    /// There are more entries than are ever looked at.
    TooMany,
}

/// The finished blocks of one backend.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockStore {
    /// Blocks that queries read.
    pub live: BlockTotals,
    /// Blocks that were merged into others or are past their retention, and wait to be deleted.
    pub compacted: BlockTotals,
    /// Blocks without a description that nobody wrote to for an hour: no backend reads or deletes them.
    pub orphaned: BlockTotals,
    /// Blocks without a description that were written to in the last hour: they are being made or deleted.
    pub unfinished: BlockTotals,
    /// Live blocks whose description cannot be read.
    pub undescribed: BlockTotals,
    /// The earliest end of a live block: by that its retention is counted.
    pub first_end: Option<Timestamp>,
    /// Live blocks by how often they were compacted, least often first.
    pub levels: Vec<LevelTotals>,
    /// What live blocks hold of each day of the last 90 (UTC), the earliest first; days without anything left out.
    pub days: Vec<DayTotals>,
    /// Bytes of live blocks for the time before those days.
    pub bytes_before: u64,
    /// Blocks by tenant, the largest first, at most 100.
    pub tenants: Vec<TenantTotals>,
    /// All tenants, also those that are left out.
    pub tenants_in_all: u64,
}

/// Blocks and what they hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockTotals {
    /// How many blocks.
    pub blocks: u64,
    /// Bytes that their files take on disk.
    pub bytes: u64,
    /// Traces, counted in every block that has a part of them; `None` where no block tells.
    pub objects: Option<u64>,
    /// The earliest span's start; for blocks without a description the earliest write.
    pub start: Option<Timestamp>,
    /// The latest span's end; for blocks without a description the latest write.
    pub end: Option<Timestamp>,
}

/// The live blocks of one level of compaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelTotals {
    /// How often they were compacted.
    pub level: u32,
    /// How many.
    pub blocks: u64,
    /// Bytes that their files take on disk.
    pub bytes: u64,
}

/// What live blocks hold of one day; a block's bytes are spread evenly over its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayTotals {
    /// The day, in UTC.
    pub day: Date,
    /// Bytes.
    pub bytes: u64,
}

/// The blocks of one tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantTotals {
    /// The tenant, as its folder is named.
    pub name: String,
    /// Blocks that queries read.
    pub live: BlockTotals,
    /// Blocks that wait to be deleted.
    pub compacted: BlockTotals,
}

/// What a backend has not made a block of yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteAheadLog {
    /// All its files.
    pub all: FilesTotal,
    /// Its blocks.
    pub blocks: u64,
    /// The blocks that were written to least recently, at most 20.
    pub oldest: Vec<WalBlock>,
}

/// One block of a write-ahead log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalBlock {
    /// Its folder in the volume: `wal/<id>+<tenant>+vParquet4`.
    pub folder: String,
    /// Its files.
    pub all: FilesTotal,
    /// When it was last written to.
    pub written_at: Timestamp,
}

impl StoredData {
    /// The blocks of whichever backend stores here: minitempo's where it says to be that, else the ones that were
    /// written to last.
    pub fn in_use(&self, version: Option<&str>) -> Option<&BlockStore> {
        match (version, &self.tempo, &self.minitempo) {
            (Some(version), tempo, minitempo) => {
                if version.contains("minitempo") {
                    minitempo.as_ref()
                } else {
                    tempo.as_ref()
                }
            }
            (None, Some(tempo), Some(minitempo)) => {
                if minitempo.live.end > tempo.live.end {
                    Some(minitempo)
                } else {
                    Some(tempo)
                }
            }
            (None, tempo, minitempo) => tempo.as_ref().or(minitempo.as_ref()),
        }
    }
}

/// What else a project has on the engine's disks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectFiles {
    /// The log files of its containers, where they can be read.
    pub logs: Vec<LogFile>,
    /// Its volumes; `None` where nobody asked.
    pub volumes: Option<Observed<Vec<ProjectVolume>>>,
}

/// The files that the engine keeps of one container's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFile {
    /// Whose log it is.
    pub container: ContainerId,
    /// Its files with those that were rotated.
    pub all: FilesTotal,
    /// Free bytes of the disk that they lie on.
    pub free_bytes: Option<u64>,
}

/// A volume that belongs to a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectVolume {
    /// Its name.
    pub name: String,
    /// The bytes in it, where the engine counts them.
    pub bytes: Option<u64>,
    /// The containers of the project that mount it, by name.
    pub mounted_by: Vec<String>,
    /// Whether any container of the engine refers to it, running or not; `None` where the engine does not say.
    pub is_referred_to: Option<bool>,
}

//! One block of Tempo: its files, and what it says of itself.

use std::{ffi::CStr, io, os::fd::AsFd};

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::FilesTotal;

use super::{
    description::{self, Description},
    entry::{self, Entry},
};

/// One block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// Its files.
    pub(super) all: FilesTotal,
    /// When it was first and last written to.
    pub(super) written: Option<(Timestamp, Timestamp)>,
    /// What is to become of it.
    pub(super) state: BlockState,
}

/// What is to become of a block, as its description's name tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BlockState {
    /// `meta.json`: queries read it.
    Live(Description),
    /// `meta.json` that cannot be read, with the reason.
    Undescribed(String),
    /// `meta.compacted.json`, or `meta.deleted.json`: it waits to be deleted.
    Compacted,
    /// Neither.
    Bare,
}

/// The names of descriptions, from `tempodb/backend/raw.go` of Tempo.
const LIVE: &CStr = c"meta.json";
const COMPACTED: &CStr = c"meta.compacted.json";
const DELETED: &CStr = c"meta.deleted.json";

/// A block under observation.
#[derive(Debug, Default)]
pub(super) struct Sighting {
    all: FilesTotal,
    written: Option<(Timestamp, Timestamp)>,
    has_live: bool,
    has_compacted: bool,
}

impl Sighting {
    /// Takes note of one of its files.
    pub(super) fn take(&mut self, entry: &Entry) {
        self.all.add(entry.total());
        let at = entry.written_at;
        self.written = Some(match self.written {
            Some((first, last)) => (first.min(at), last.max(at)),
            None => (at, at),
        });
        self.has_live |= entry.raw.as_c_str() == LIVE;
        self.has_compacted |= entry.raw.as_c_str() == COMPACTED || entry.raw.as_c_str() == DELETED;
    }

    /// What it is. Its description may be renamed meanwhile, which is how Tempo marks a block.
    pub(super) fn conclude(self, folder: impl AsFd) -> Block {
        let state = match (self.has_live, self.has_compacted) {
            (true, _) => match entry::text(folder, LIVE) {
                Ok(text) => match description::read(&text) {
                    Ok(description) => BlockState::Live(description),
                    Err(error) => BlockState::Undescribed(error.to_string()),
                },
                Err(error) if error.kind() == io::ErrorKind::NotFound => BlockState::Compacted,
                Err(error) => BlockState::Undescribed(error.to_string()),
            },
            (false, true) => BlockState::Compacted,
            (false, false) => BlockState::Bare,
        };
        Block {
            all: self.all,
            written: self.written,
            state,
        }
    }
}

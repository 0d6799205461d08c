//! The walk itself.

use std::{
    ffi::CString,
    fmt::Display,
    ops::ControlFlow,
    os::fd::{AsFd, OwnedFd},
    path::Path,
};

use jiff::Timestamp;
use ptctl_diagnosis::{
    printable::printable,
    snapshot::{FilesTotal, StoredData, WalBlock, WalkEnd},
};
use rustix::io::Errno;

use super::{
    block::{BlockState, Sighting},
    entry::{self, Entry, EntryKind},
    name::{self, MINITEMPO_FOLDER, SET_ASIDE_FOLDER},
    tally::Tally,
};
use crate::clients::deadline::Deadline;

/// So many entries are looked at: 200 000 blocks of Tempo have five each.
const MOST_ENTRIES: u64 = 1_000_000;
/// So deep are folders gone into; Tempo's own lie five deep.
const DEEPEST: usize = 16;
/// The clock is read after so many entries.
const BETWEEN_CLOCKS: u64 = 64;
/// So many blocks of the write-ahead log are told.
const WAL_BLOCKS_TOLD: usize = 20;

/// Walks through a folder.
pub(super) fn through(
    root: &OwnedFd,
    blocks: Option<&Path>,
    deadline: Deadline,
    now: Timestamp,
) -> StoredData {
    let mut walk = Walk {
        blocks,
        deadline,
        entries: 0,
        stored: StoredData::default(),
        tempo: Tally::new(now),
        has_blocks_folder: false,
        minitempo: Tally::new(now),
        periods: Vec::new(),
    };
    if let ControlFlow::Break(end) = walk.folder(root, Path::new(""), 0) {
        walk.stored.cut = Some(end);
    }
    walk.finish()
}

struct Walk<'w> {
    blocks: Option<&'w Path>,
    deadline: Deadline,
    entries: u64,
    stored: StoredData,
    tempo: Tally,
    has_blocks_folder: bool,
    minitempo: Tally,
    periods: Vec<Period>,
}

/// A block of minitempo.
struct Period {
    begun: Timestamp,
    written_at: Timestamp,
    bytes: u64,
}

/// What is learnt from all that lies in a folder, however deep.
trait Heap {
    fn take(&mut self, entry: &Entry);
}

impl Heap for Sighting {
    fn take(&mut self, entry: &Entry) {
        Self::take(self, entry);
    }
}

/// A block of the write-ahead log under observation.
struct WalSighting {
    all: FilesTotal,
    written_at: Option<Timestamp>,
}

impl Heap for WalSighting {
    fn take(&mut self, entry: &Entry) {
        self.all.add(entry.total());
        self.written_at = self.written_at.max(Some(entry.written_at));
    }
}

impl Walk<'_> {
    /// Goes through a folder that is nothing in particular; `at` is its path in the whole.
    fn folder(&mut self, folder: &OwnedFd, at: &Path, depth: usize) -> ControlFlow<WalkEnd> {
        self.has_blocks_folder |= self.blocks == Some(at);
        let Some(names) = self.open(entry::names(folder), at) else {
            return ControlFlow::Continue(());
        };
        for raw in names {
            let Some(entry) = self.entry(folder, raw, at)? else {
                continue;
            };
            match entry.kind {
                EntryKind::Folder => self.subfolder(folder, &entry, at, depth)?,
                EntryKind::File | EntryKind::Other => self.file(&entry, at),
            }
        }
        ControlFlow::Continue(())
    }

    fn subfolder(
        &mut self,
        parent: &OwnedFd,
        entry: &Entry,
        at: &Path,
        depth: usize,
    ) -> ControlFlow<WalkEnd> {
        let name = entry.name();
        let path = at.join(&*name);
        if at.as_os_str().is_empty() && *name == *name::OF_THE_FILE_SYSTEM {
            return ControlFlow::Continue(());
        }
        let Some(folder) = self.enter(parent, entry, &path, depth) else {
            return ControlFlow::Continue(());
        };
        if name::is_wal_block(&name) {
            return self.wal_block(&folder, &path, depth);
        }
        // A block lies in a tenant's folder, never at the top.
        match at.file_name().filter(|_| name::is_block(&name)) {
            Some(tenant) => {
                let tenant = printable(&tenant.to_string_lossy()).into_owned();
                self.block(&folder, &path, &tenant, depth)
            }
            None => self.folder(&folder, &path, depth + 1),
        }
    }

    fn block(
        &mut self,
        folder: &OwnedFd,
        path: &Path,
        tenant: &str,
        depth: usize,
    ) -> ControlFlow<WalkEnd> {
        let mut sighting = Sighting::default();
        self.heap(folder, path, depth, &mut sighting)?;
        let block = sighting.conclude(folder);
        self.stored.all.add(block.all);
        let is_stored = match self.blocks {
            Some(blocks) => path.starts_with(blocks),
            None => !name::is_in_wal(path),
        };
        if is_stored {
            if let BlockState::Undescribed(reason) = &block.state {
                let path = path.join("meta.json");
                self.unreadable(&path, reason, None);
            }
            self.tempo.block(tenant, &block);
        } else {
            self.stored.copies.add(block.all);
        }
        ControlFlow::Continue(())
    }

    fn wal_block(&mut self, folder: &OwnedFd, path: &Path, depth: usize) -> ControlFlow<WalkEnd> {
        let mut sighting = WalSighting {
            all: FilesTotal::default(),
            written_at: None,
        };
        self.heap(folder, path, depth, &mut sighting)?;
        self.stored.all.add(sighting.all);
        let wal = &mut self.stored.wal;
        wal.all.add(sighting.all);
        wal.blocks += 1;
        if let Some(written_at) = sighting.written_at {
            let at = wal
                .oldest
                .partition_point(|other| other.written_at <= written_at);
            if at < WAL_BLOCKS_TOLD {
                let block = WalBlock {
                    folder: printable(&path.to_string_lossy()).into_owned(),
                    all: sighting.all,
                    written_at,
                };
                wal.oldest.insert(at, block);
                wal.oldest.truncate(WAL_BLOCKS_TOLD);
            }
        }
        ControlFlow::Continue(())
    }

    /// Takes note of all files in a folder, however deep.
    fn heap(
        &mut self,
        folder: &OwnedFd,
        at: &Path,
        depth: usize,
        heap: &mut impl Heap,
    ) -> ControlFlow<WalkEnd> {
        let Some(names) = self.open(entry::names(folder), at) else {
            return ControlFlow::Continue(());
        };
        for raw in names {
            let Some(entry) = self.entry(folder, raw, at)? else {
                continue;
            };
            match entry.kind {
                EntryKind::Folder => {
                    let path = at.join(&*entry.name());
                    if let Some(inner) = self.enter(folder, &entry, &path, depth) {
                        self.heap(&inner, &path, depth + 1, heap)?;
                    }
                }
                EntryKind::File | EntryKind::Other => heap.take(&entry),
            }
        }
        ControlFlow::Continue(())
    }

    /// A file that lies in no block.
    fn file(&mut self, entry: &Entry, at: &Path) {
        self.stored.all.add(entry.total());
        if name::is_in_wal(at) {
            self.stored.wal.all.add(entry.total());
            return;
        }
        let Some(begun) = name::minitempo_block(&entry.name()) else {
            return;
        };
        if at.ends_with(MINITEMPO_FOLDER) {
            self.periods.push(Period {
                begun,
                written_at: entry.written_at,
                bytes: entry.bytes,
            });
        } else if at.ends_with(Path::new(MINITEMPO_FOLDER).join(SET_ASIDE_FOLDER)) {
            self.minitempo.set_aside(entry.bytes, entry.written_at);
        }
    }

    /// One entry, unless it is gone or cannot be looked at.
    fn entry(
        &mut self,
        folder: &OwnedFd,
        raw: Result<CString, Errno>,
        at: &Path,
    ) -> ControlFlow<WalkEnd, Option<Entry>> {
        self.entries += 1;
        if self.entries > MOST_ENTRIES {
            return ControlFlow::Break(WalkEnd::TooMany);
        }
        if self.entries.is_multiple_of(BETWEEN_CLOCKS) && self.deadline.has_passed() {
            return ControlFlow::Break(WalkEnd::Late);
        }
        let found = raw.and_then(|raw| entry::look(folder.as_fd(), raw));
        ControlFlow::Continue(self.open(found, at).flatten())
    }

    /// A folder in a folder, unless it is gone, closed to this user, or too deep.
    fn enter(
        &mut self,
        parent: &OwnedFd,
        entry: &Entry,
        path: &Path,
        depth: usize,
    ) -> Option<OwnedFd> {
        if depth >= DEEPEST {
            self.unreadable(path, "it lies deeper than is ever looked", None);
            return None;
        }
        self.open(entry::folder(parent, &entry.raw), path)
    }

    /// What was asked for; what cannot be had is noted, unless it is gone by now.
    fn open<T>(&mut self, result: Result<T, Errno>, path: &Path) -> Option<T> {
        match result {
            Ok(found) => Some(found),
            // Blocks are deleted while they are counted.
            Err(Errno::NOENT) => None,
            Err(error) => {
                self.unreadable(path, std::io::Error::from(error), Some(error));
                None
            }
        }
    }

    fn unreadable(&mut self, path: &Path, reason: impl Display, error: Option<Errno>) {
        let unreadable = &mut self.stored.unreadable;
        unreadable.entries += 1;
        unreadable.forbidden += u64::from(matches!(error, Some(Errno::ACCESS | Errno::PERM)));
        unreadable.first.get_or_insert_with(|| {
            printable(&format!("`{}`: {reason}", path.display())).into_owned()
        });
    }

    fn finish(mut self) -> StoredData {
        self.periods.sort_unstable_by_key(|period| period.begun);
        let ends: Vec<Timestamp> = self
            .periods
            .iter()
            .skip(1)
            .map(|next| next.begun)
            .chain([Timestamp::MAX])
            .collect();
        for (period, next) in self.periods.iter().zip(ends) {
            // A block is written to once more when the next one has begun.
            let end = period.written_at.min(next);
            self.minitempo.period(period.bytes, period.begun, end);
        }
        let mut stored = self.stored;
        stored.tempo =
            (self.has_blocks_folder || !self.tempo.is_empty()).then(|| self.tempo.finish());
        stored.minitempo = (!self.minitempo.is_empty()).then(|| self.minitempo.finish());
        stored
    }
}

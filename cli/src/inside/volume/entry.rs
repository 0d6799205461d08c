//! Opening and listing folders without ever following a link.

use std::{
    ffi::{CStr, CString},
    fs::File,
    io::{self, Read},
    os::fd::{AsFd, OwnedFd},
    path::Path,
};

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::FilesTotal;
use rustix::{
    fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat, openat, statat},
    io::Errno,
};

/// No description of a block is longer; real ones have some hundred bytes.
const LONGEST_DESCRIPTION: u64 = 1 << 20;

/// One entry of a folder.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its name as the file system has it.
    pub(super) raw: CString,
    /// What it is.
    pub(super) kind: EntryKind,
    /// The room that it takes.
    pub(super) bytes: u64,
    /// When it was last written to.
    pub(super) written_at: Timestamp,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// A folder.
    Folder,
    /// A plain file.
    File,
    /// A link, a socket, a pipe: counted and left alone.
    Other,
}

impl Entry {
    /// Its name for people and comparisons.
    pub(super) fn name(&self) -> std::borrow::Cow<'_, str> {
        self.raw.to_string_lossy()
    }

    /// It as a file among files.
    pub(super) fn total(&self) -> FilesTotal {
        FilesTotal {
            files: 1,
            bytes: self.bytes,
        }
    }
}

/// Opens the folder that a walk begins at; that one may be reached by a link.
pub(super) fn root(folder: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(rustix::fs::open(folder, flags, Mode::empty())?)
}

/// Opens a folder in a folder.
pub(super) fn folder(parent: impl AsFd, name: &CStr) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(parent, name, flags, Mode::empty())
}

/// The names in a folder, without itself and its parent.
pub(super) fn names(
    folder: impl AsFd,
) -> Result<impl Iterator<Item = Result<CString, Errno>>, Errno> {
    let entries = Dir::read_from(folder)?;
    Ok(entries
        .map(|entry| entry.map(|entry| entry.file_name().to_owned()))
        .filter(|name| !matches!(name.as_ref().map(|name| name.to_bytes()), Ok(b"." | b".."))))
}

/// What a name in a folder is; `None` where it is gone by now.
pub(super) fn look(folder: impl AsFd, raw: CString) -> Result<Option<Entry>, Errno> {
    let stat = match statat(folder, &raw, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => stat,
        Err(Errno::NOENT) => return Ok(None),
        Err(error) => return Err(error),
    };
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => EntryKind::Folder,
        FileType::RegularFile => EntryKind::File,
        _ => EntryKind::Other,
    };
    Ok(Some(Entry {
        raw,
        kind,
        bytes: u64::try_from(stat.st_blocks)
            .unwrap_or(0)
            .saturating_mul(512),
        written_at: written_at(&stat),
    }))
}

fn written_at(stat: &Stat) -> Timestamp {
    Timestamp::from_second(stat.st_mtime).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The text of a small plain file in a folder; nobody is waited for who may hold a pipe of that name.
pub(super) fn text(folder: impl AsFd, name: &CStr) -> io::Result<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(openat(folder, name, flags, Mode::empty())?);
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    if metadata.len() > LONGEST_DESCRIPTION {
        return Err(io::Error::other(
            "it is longer than any description of a block",
        ));
    }
    let mut text = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    file.take(LONGEST_DESCRIPTION).read_to_end(&mut text)?;
    Ok(text)
}

//! Files of a container, read as the container sees them: a link in them does not lead out of it.

use std::{
    fs::File,
    io::{self, Read},
};

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2};

use crate::inside::Place;

/// No file that is read here is longer.
const LIMIT: u64 = 4 << 20;

/// Reads a file of the container by its absolute path there.
pub(super) fn read(place: &Place, path: &str) -> io::Result<Vec<u8>> {
    let root = openat(
        CWD,
        place.file("/"),
        OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    let file = openat2(
        root,
        path.trim_start_matches('/'),
        OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC,
        Mode::empty(),
        ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS,
    )?;
    let mut bytes = Vec::new();
    File::from(file).take(LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

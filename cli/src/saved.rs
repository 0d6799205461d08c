//! Looks kept in files: a snapshot as JSON, or a bundle that holds one.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use flate2::read::GzDecoder;
use ptctl_diagnosis::snapshot::{SNAPSHOT_VERSION, Snapshot};

use crate::{bundle::SNAPSHOT_FILE, error::CommandError, render};

/// The first bytes of a gzip file (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// No saved look is longer; what claims to be is not unpacked any further.
const LONGEST: u64 = 1 << 30;

/// Writes a snapshot.
pub(crate) fn save(snapshot: &Snapshot, path: &Path) -> Result<(), CommandError> {
    let text = render::json(snapshot).map_err(CommandError::Json)?;
    write_private(path, text.as_bytes()).map_err(|source| CommandError::Save {
        path: path.to_owned(),
        source,
    })
}

/// Reads a snapshot, or the one in a bundle.
pub(crate) fn load(path: &Path) -> Result<Snapshot, CommandError> {
    #[derive(serde::Deserialize)]
    struct Shape {
        schema_version: u32,
    }
    let text = text_of(path).map_err(|source| CommandError::Load {
        path: path.to_owned(),
        source,
    })?;
    let refused = |source| CommandError::NotASnapshot {
        path: path.to_owned(),
        source,
    };
    let shape: Shape = serde_json::from_str(&text).map_err(refused)?;
    if shape.schema_version != SNAPSHOT_VERSION {
        return Err(CommandError::SnapshotVersion {
            path: path.to_owned(),
            found: shape.schema_version,
            expected: SNAPSHOT_VERSION,
        });
    }
    serde_json::from_str(&text).map_err(refused)
}

fn text_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut start = Vec::new();
    (&mut file).take(2).read_to_end(&mut start)?;
    let whole = io::Cursor::new(start.clone()).chain(file);
    let mut text = String::new();
    if start != GZIP {
        whole.take(LONGEST).read_to_string(&mut text)?;
        return Ok(text);
    }
    let mut archive = tar::Archive::new(GzDecoder::new(whole).take(LONGEST));
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry
            .path()?
            .file_name()
            .is_some_and(|name| name == SNAPSHOT_FILE)
        {
            entry.read_to_string(&mut text)?;
            return Ok(text);
        }
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidData,
        format!("there is no `{SNAPSHOT_FILE}` in the archive"),
    ))
}

/// Writes a file that only its owner may read: what was seen is redacted, and still nobody else's business.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(content)
}

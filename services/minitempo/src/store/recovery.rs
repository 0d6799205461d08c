//! Opening what an earlier run left behind.
//!
//! A block that cannot be read is moved into the folder `set-aside` and named; everything else is served. A fault of
//! the surroundings (no permission, another process holds the file) is an error: setting files aside would not help.

use std::any::Any;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::block::Block;
use super::error::{Causes, StoreError};

/// How the name of a block ends.
pub(crate) const EXTENSION: &str = "block";
/// Where damaged blocks go.
const SET_ASIDE_FOLDER: &str = "set-aside";

/// A damaged block that was moved out of the way.
#[derive(Debug)]
pub(crate) struct SetAside {
    /// Where it lies now.
    pub(crate) path: PathBuf,
    /// How long the file is.
    pub(crate) bytes: u64,
    /// Why it could not be read.
    pub(crate) reason: String,
}

/// What an earlier run left behind.
pub(crate) struct Recovered {
    /// The readable blocks, oldest first.
    pub(crate) blocks: Vec<Arc<Block>>,
    pub(crate) set_aside: Vec<SetAside>,
}

/// Opens all blocks of a folder, making the folder if it does not exist.
pub(crate) fn recover(folder: &Path) -> Result<Recovered, StoreError> {
    fs::create_dir_all(folder).map_err(|source| StoreError::CreateFolder {
        path: folder.to_owned(),
        source,
    })?;
    let mut recovered = Recovered {
        blocks: Vec::new(),
        set_aside: Vec::new(),
    };
    for path in block_paths(folder)? {
        match open_contained(&path) {
            Ok(block) => recovered.blocks.push(Arc::new(block)),
            Err(Unopened::Surroundings(error)) => return Err(error),
            Err(Unopened::Damaged(reason)) => {
                recovered.set_aside.push(set_aside(folder, &path, reason)?);
            }
        }
    }
    Ok(recovered)
}

/// The block files of a folder, oldest first: their names are the times of their making.
fn block_paths(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let failed = |source: io::Error| StoreError::ListFolder {
        path: folder.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|found| found == EXTENSION) {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    Ok(paths)
}

enum Unopened {
    Surroundings(StoreError),
    Damaged(String),
}

/// The storage engine checks every page of a block that was not sealed, but may panic on a sealed one that was altered.
fn open_contained(path: &Path) -> Result<Block, Unopened> {
    match catch_unwind(AssertUnwindSafe(|| Block::open(path))) {
        Ok(Ok(block)) => Ok(block),
        Ok(Err(error)) if is_of_surroundings(&error) => Err(Unopened::Surroundings(error)),
        Ok(Err(error)) => Err(Unopened::Damaged(Causes(&error).to_string())),
        Err(panic) => Err(Unopened::Damaged(panic_text(panic.as_ref()))),
    }
}

fn is_of_surroundings(error: &StoreError) -> bool {
    let StoreError::Engine { source, .. } = error else {
        return false;
    };
    match &**source {
        redb::Error::DatabaseAlreadyOpen => true,
        redb::Error::Io(error) => !matches!(
            error.kind(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
        ),
        _ => false,
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    if let Some(text) = panic.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text.clone()
    } else {
        "the storage engine gave up".to_owned()
    }
}

fn set_aside(folder: &Path, path: &Path, reason: String) -> Result<SetAside, StoreError> {
    let failed = |source: io::Error| StoreError::SetAside {
        path: path.to_owned(),
        source,
    };
    let target_folder = folder.join(SET_ASIDE_FOLDER);
    fs::create_dir_all(&target_folder).map_err(failed)?;
    let target = target_folder.join(path.file_name().unwrap_or(path.as_os_str()));
    let bytes = fs::metadata(path).map_err(failed)?.len();
    fs::rename(path, &target).map_err(failed)?;
    Ok(SetAside {
        path: target,
        bytes,
        reason,
    })
}

//! The generated Compose file on disk, for as long as Compose reads it.
//!
//! JSON is YAML. Of the environment it holds what the files' volumes and networks say, so that nobody else may read it.

use std::{
    fs::{DirBuilder, File},
    io::{self, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// A file in a folder of its own, both removed with the value.
#[derive(Debug)]
pub(crate) struct GeneratedFile {
    folder: PathBuf,
    path: PathBuf,
}

impl GeneratedFile {
    /// Writes it.
    pub(crate) fn write(content: &Value) -> io::Result<Self> {
        let folder =
            std::env::temp_dir().join(format!("ptctl-up-{}", uuid::Uuid::new_v4().simple()));
        DirBuilder::new().mode(0o700).create(&folder)?;
        let file = Self {
            path: folder.join("stand-in.yml"),
            folder,
        };
        File::create_new(&file.path)?.write_all(content.to_string().as_bytes())?;
        Ok(file)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for GeneratedFile {
    fn drop(&mut self) {
        // What stays behind holds no secret that the Compose files do not, and only its owner can read it.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

//! The helper's image: one file, imported once per content and engine.

use std::io;

use super::{HELPER_LABEL, binary::HelperBinary};
use crate::clients::{
    deadline::Deadline,
    docker::{Engine, EngineError, EngineFault},
};

/// The image's repository; its tag is the content's hash.
pub(super) const REPOSITORY: &str = "ptctl-helper";

/// An image that is there.
#[derive(Debug, Clone)]
pub(super) struct HelperImage {
    /// `ptctl-helper:0123456789abcdef`.
    pub(super) name: String,
    /// Whether this run had to import it.
    pub(super) origin: Origin,
}

/// How an image came to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// An earlier run imported it.
    Found,
    /// This run imported it.
    Imported,
}

/// Sees to it that the engine has the image of this binary.
pub(super) async fn ensure(
    engine: &Engine,
    binary: &HelperBinary,
    deadline: Deadline,
) -> Result<HelperImage, EngineError> {
    let tag = content_hash(binary.bytes());
    let name = format!("{REPOSITORY}:{tag}");
    match engine.image(&name, deadline).await {
        Ok(_) => {
            return Ok(HelperImage {
                name,
                origin: Origin::Found,
            });
        }
        Err(error) if error.is_missing() => {}
        Err(error) => return Err(error),
    }
    let archive = archive(binary.bytes()).map_err(|error| EngineError {
        what: "pack the helper's image".to_owned(),
        fault: EngineFault::Answer(error.to_string()),
    })?;
    let changes = [
        "ENTRYPOINT [\"/ptctl\",\"helper\"]".to_owned(),
        "USER 65534:65534".to_owned(),
        format!("LABEL {HELPER_LABEL}={tag}"),
    ];
    engine
        .import_image(REPOSITORY, &tag, archive, &changes, deadline)
        .await?;
    Ok(HelperImage {
        name,
        origin: Origin::Imported,
    })
}

/// The first 16 digits of the SHA-256 of a file.
fn content_hash(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    let first = digest.as_ref().first_chunk().copied().unwrap_or_default();
    format!("{:016x}", u64::from_be_bytes(first))
}

/// A tar archive with the binary, and the folder that files are mounted on.
fn archive(binary: &[u8]) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::with_capacity(binary.len() + 4096));
    let mut file = tar::Header::new_gnu();
    file.set_size(binary.len() as u64);
    file.set_mode(0o755);
    archive.append_data(&mut file, "ptctl", binary)?;
    let mut folder = tar::Header::new_gnu();
    folder.set_entry_type(tar::EntryType::Directory);
    folder.set_size(0);
    folder.set_mode(0o755);
    archive.append_data(&mut folder, "data/", io::empty())?;
    archive.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_content_has_one_name() {
        assert_eq!(content_hash(b"abc"), "ba7816bf8f01cfea");
        assert_ne!(content_hash(b"abd"), content_hash(b"abc"));
    }

    #[test]
    fn the_archive_holds_the_binary_and_the_folder_for_mounts() {
        let bytes = archive(b"content").expect("an archive");
        let mut archive = tar::Archive::new(bytes.as_slice());
        let names: Vec<(String, u32)> = archive
            .entries()
            .expect("entries")
            .map(|entry| {
                let entry = entry.expect("an entry");
                let path = entry.path().expect("a path").display().to_string();
                (path, entry.header().mode().expect("a mode"))
            })
            .collect();
        assert_eq!(
            names,
            [("ptctl".to_owned(), 0o755), ("data/".to_owned(), 0o755)]
        );
    }
}

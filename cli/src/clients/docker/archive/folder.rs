//! The files of a folder of a container, by the same API.

use ptctl_diagnosis::snapshot::ContainerId;

use super::{BLOCK, Engine, EngineError, octal, text};
use crate::clients::deadline::Deadline;

impl Engine {
    /// The files at any depth of a folder, by their paths in the container; `None` where there is none. A folder of
    /// more than a megabyte is read as far as that.
    pub async fn folder(
        &self,
        id: &ContainerId,
        path: &str,
        deadline: Deadline,
    ) -> Result<Option<Vec<(String, Vec<u8>)>>, EngineError> {
        let failed = |fault| EngineError::new(format!("read `{path}` in the container"), fault);
        let body = match self.archive(id, path, deadline).await {
            Ok(body) => body,
            Err(fault) if fault.is_missing_path() => return Ok(None),
            Err(fault) => return Err(failed(fault)),
        };
        let above = path
            .trim_end_matches('/')
            .rsplit_once('/')
            .map_or("", |(above, _)| above);
        let files = files(&body).into_iter();
        Ok(Some(
            files
                .map(|(name, content)| (format!("{above}/{name}"), content))
                .collect(),
        ))
    }
}

/// The whole files of a POSIX tar archive, which may break off.
fn files(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut rest = archive;
    let mut found = Vec::new();
    while let Some(header) = rest.get(..BLOCK) {
        let name = text(&header[..100]);
        let Some(size) = octal(&header[124..136]).filter(|_| !name.is_empty()) else {
            break;
        };
        let Some(content) = rest.get(BLOCK..BLOCK + size) else {
            break;
        };
        if matches!(header[156], b'0' | 0) {
            found.push((name, content.to_vec()));
        }
        rest = rest
            .get(BLOCK + size.div_ceil(BLOCK) * BLOCK..)
            .unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut header = vec![0; BLOCK];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = kind;
        header.extend_from_slice(content);
        header.resize(BLOCK + content.len().div_ceil(BLOCK) * BLOCK, 0);
        header
    }

    #[test]
    fn every_whole_file_is_read_and_folders_are_not() {
        let mut archive = entry("datasources/", b'5', b"");
        archive.extend(entry("datasources/tempo.yaml", b'0', b"a: 1\n"));
        archive.extend(entry("datasources/loki.yaml", b'0', &[b'a'; 700]));
        let names = |archive: &[u8]| {
            files(archive)
                .into_iter()
                .map(|(name, content)| (name, content.len()))
                .collect::<Vec<_>>()
        };
        let first = ("datasources/tempo.yaml".to_owned(), 5);
        let second = ("datasources/loki.yaml".to_owned(), 700);
        assert_eq!(names(&archive), [first.clone(), second]);
        archive.truncate(4 * BLOCK + 9);
        assert_eq!(names(&archive), [first]);
        assert_eq!(names(&[]), []);
    }
}

//! One file out of a container by the archive API, which needs no shell in it and works on a stopped one.

mod folder;

use http_body_util::{BodyExt, Limited};
use ptctl_diagnosis::snapshot::ContainerId;

use super::{Engine, EngineError, EngineFault};
use crate::clients::deadline::Deadline;

/// Nothing that is read this way is longer: configuration files.
const FILE_LIMIT: usize = 1 << 20;
/// The length of a tar block.
const BLOCK: usize = 512;
/// How many links are followed.
const LINK_LIMIT: usize = 4;

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchivedFile {
    /// A file, with its content.
    Content(Vec<u8>),
    /// A folder, a device or something else without content.
    NotAFile,
}

/// The first entry of a tar archive.
#[derive(Debug, PartialEq, Eq)]
enum Entry {
    File(Vec<u8>),
    Link(String),
    Other,
}

impl Engine {
    /// The file at an absolute path of a container, links followed; `None` where there is none.
    pub async fn file(
        &self,
        id: &ContainerId,
        path: &str,
        deadline: Deadline,
    ) -> Result<Option<ArchivedFile>, EngineError> {
        let failed = |fault| EngineError::new(format!("read `{path}` in the container"), fault);
        let mut wanted = path.to_owned();
        for _ in 0..LINK_LIMIT {
            let body = match self.archive(id, &wanted, deadline).await {
                Ok(body) => body,
                Err(fault) if fault.is_missing_path() => return Ok(None),
                Err(fault) => return Err(failed(fault)),
            };
            match first_entry(&body).map_err(failed)? {
                Entry::File(content) => return Ok(Some(ArchivedFile::Content(content))),
                Entry::Other => return Ok(Some(ArchivedFile::NotAFile)),
                Entry::Link(target) => wanted = resolve(&wanted, &target),
            }
        }
        Err(failed(EngineFault::Answer(format!(
            "more than {LINK_LIMIT} links in a row"
        ))))
    }

    async fn archive(
        &self,
        id: &ContainerId,
        path: &str,
        deadline: Deadline,
    ) -> Result<Vec<u8>, EngineFault> {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("path", path)
            .finish();
        let response = self
            .get(&format!("/containers/{}/archive?{query}", id.0), deadline)
            .await?;
        // A folder can be of any size; its first entry is all that is looked at.
        let limit = FILE_LIMIT + 16 * BLOCK;
        let mut body = Limited::new(response.into_body(), limit);
        let mut bytes = Vec::new();
        loop {
            let frame = deadline
                .cut(body.frame())
                .await
                .map_err(|passed| EngineFault::no_answer(&self.endpoint, passed))?;
            match frame {
                None => return Ok(bytes),
                Some(Ok(frame)) => {
                    if let Some(data) = frame.data_ref() {
                        bytes.extend_from_slice(data);
                    }
                }
                Some(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
                    return Ok(bytes);
                }
                Some(Err(source)) => return Err(EngineFault::BrokenOff(source)),
            }
        }
    }
}

/// The path that a link at `path` leads to.
fn resolve(path: &str, target: &str) -> String {
    if target.starts_with('/') {
        return target.to_owned();
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/{target}")
}

/// Reads a POSIX tar archive up to the end of its first entry.
fn first_entry(archive: &[u8]) -> Result<Entry, EngineFault> {
    let broken = |what: &str| EngineFault::Answer(format!("the archive {what}"));
    let mut rest = archive;
    let mut link_name = None;
    loop {
        let header = rest.get(..BLOCK).ok_or_else(|| broken("is empty"))?;
        let size = octal(&header[124..136]).ok_or_else(|| broken("has an entry without a size"))?;
        let content = &rest[BLOCK..];
        match header[156] {
            b'0' | 0 => {
                if size > FILE_LIMIT {
                    return Err(broken("holds a file of more than 1 MiB"));
                }
                let content = content.get(..size).ok_or_else(|| broken("broke off"))?;
                return Ok(Entry::File(content.to_vec()));
            }
            b'1' | b'2' => {
                let target = link_name.unwrap_or_else(|| text(&header[157..257]));
                return Ok(Entry::Link(target));
            }
            // Extended headers come before the entry that they describe.
            kind @ (b'x' | b'g' | b'L' | b'K') => {
                let body = content.get(..size).ok_or_else(|| broken("broke off"))?;
                if kind == b'x' {
                    link_name = pax_link(body);
                } else if kind == b'K' {
                    link_name = Some(text(body));
                }
                let padded = size.div_ceil(BLOCK) * BLOCK;
                rest = content.get(padded..).ok_or_else(|| broken("broke off"))?;
            }
            _ => return Ok(Entry::Other),
        }
    }
}

fn octal(field: &[u8]) -> Option<usize> {
    let digits = std::str::from_utf8(field).ok()?;
    usize::from_str_radix(digits.trim_matches(['\0', ' ']), 8).ok()
}

fn text(field: &[u8]) -> String {
    let end = field
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

/// The `linkpath` of an extended header, whose records read `LENGTH KEY=VALUE\n`.
fn pax_link(body: &[u8]) -> Option<String> {
    String::from_utf8_lossy(body)
        .lines()
        .find_map(|line| Some(line.split_once(" linkpath=")?.1.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: u8, link: &str, content: &[u8]) -> Vec<u8> {
        let mut header = vec![0; BLOCK];
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = kind;
        header[157..157 + link.len()].copy_from_slice(link.as_bytes());
        header.extend_from_slice(content);
        header.resize(BLOCK + content.len().div_ceil(BLOCK) * BLOCK, 0);
        header
    }

    #[test]
    fn a_file_is_read_behind_an_extended_header() {
        let mut archive = entry(b'x', "", b"30 mtime=1795328713.123456789\n");
        archive.extend(entry(b'0', "", b"server:\n"));
        assert_eq!(
            first_entry(&archive).unwrap(),
            Entry::File(b"server:\n".to_vec())
        );
    }

    #[test]
    fn a_link_is_followed_from_its_own_folder() {
        let Entry::Link(target) = first_entry(&entry(b'2', "..data/tempo.yaml", b"")).unwrap()
        else {
            panic!("not a link")
        };
        assert_eq!(
            resolve("/etc/tempo/tempo.yaml", &target),
            "/etc/tempo/..data/tempo.yaml"
        );
        assert_eq!(resolve("/etc/a", "/run/b"), "/run/b");
    }

    #[test]
    fn an_archive_that_broke_off_is_an_error_not_a_short_file() {
        let mut archive = entry(b'0', "", &[b'a'; 700]);
        archive.truncate(BLOCK + 600);
        assert!(first_entry(&archive).is_err());
        assert!(first_entry(&[]).is_err());
    }
}

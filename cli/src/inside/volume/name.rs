//! What the names in a folder of data tell.

use std::path::{Component, Path};

use jiff::Timestamp;

/// The folders in which Tempo keeps its write-ahead log: of 2.x, and of 3.x.
const WAL_FOLDERS: [&str; 2] = ["wal", "live-store"];
/// minitempo's folder.
pub(super) const MINITEMPO_FOLDER: &str = "minitempo";
/// What a file system keeps for its own repair at the top of a disk: root's alone, and nobody's data.
pub(super) const OF_THE_FILE_SYSTEM: &str = "lost+found";
/// Where minitempo puts blocks that it cannot read.
pub(super) const SET_ASIDE_FOLDER: &str = "set-aside";

/// Whether a folder is named as Tempo names a block: a UUID.
pub(super) fn is_block(name: &str) -> bool {
    name.len() == 36
        && name.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether a folder is named as a block of a write-ahead log: `<id>+<tenant>+<version>`.
pub(super) fn is_wal_block(name: &str) -> bool {
    let mut parts = name.split('+');
    parts.next().is_some_and(is_block) && parts.count() >= 2
}

/// Whether a folder belongs to the write-ahead log of traces; a metrics generator keeps one of samples.
pub(super) fn is_in_wal(path: &Path) -> bool {
    let has = |wanted: &dyn Fn(&str) -> bool| {
        path.components().any(|part| match part {
            Component::Normal(name) => name.to_str().is_some_and(wanted),
            Component::Prefix(_)
            | Component::RootDir
            | Component::CurDir
            | Component::ParentDir => false,
        })
    };
    has(&|name| WAL_FOLDERS.contains(&name)) && !has(&|name| name.contains("generator"))
}

/// When a block of minitempo was begun, which its name tells: `01700000000000.block`, in milliseconds.
pub(super) fn minitempo_block(name: &str) -> Option<Timestamp> {
    let millis = name.strip_suffix(".block")?;
    if millis.len() < 14 || !millis.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Timestamp::from_millisecond(millis.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_known_by_their_names() {
        let id = "b27b0e53-66a0-4505-afd6-434ae3cd4a10";
        assert!(is_block(id));
        assert!(!is_block("b27b0e53-66a0-4505-afd6-434ae3cd4a1"));
        assert!(!is_block("single-tenant"));
        assert!(is_wal_block(&format!("{id}+single-tenant+vParquet4")));
        assert!(!is_wal_block(id));
        assert!(!is_wal_block("a+b+c"));
        assert!(is_in_wal(Path::new("live-store/traces")));
        assert!(!is_in_wal(Path::new("blocks/walter")));
        let begun = minitempo_block("01700000000000.block").expect("a block");
        assert_eq!(begun.as_second(), 1_700_000_000);
        assert_eq!(minitempo_block("notes.block"), None);
        assert_eq!(minitempo_block("99999999999999999999.block"), None);
    }
}

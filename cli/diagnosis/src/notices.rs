//! Lines of a log that tell something about tracing without proving a failed export: a warning about a setting, a
//! storage that cannot be written, a block that was lost, a provisioning that failed.
//!
//! Each program's lines stand in a file of their own. A line is matched by parts that must all stand in it, so that
//! times, ids and values in between do not matter.

mod table;

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::{Deserialize, Serialize};

pub use self::table::NoticeKind;
pub(crate) use self::table::StorageFault;
use crate::snapshot::Role;

/// Whether a line may be a notice: a look at its bytes that costs next to nothing.
pub fn is_candidate(line: &[u8]) -> bool {
    static ANCHORS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let anchors = table::TABLES
            .iter()
            .copied()
            .flatten()
            .map(|row| row.parts[0]);
        // The default kind of match is several times slower.
        AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .build(anchors)
            .ok()
    });
    ANCHORS
        .as_ref()
        .is_none_or(|anchors| anchors.is_match(line))
}

/// Texts of which each line of note by a container of this role holds one.
pub fn anchors(role: Role) -> impl Iterator<Item = &'static str> {
    table::TABLES
        .iter()
        .flat_map(|table| table.iter())
        .filter(move |row| row.applies_to(role))
        .map(|row| row.parts[0])
}

/// What one line says, if it says anything of note. `role` is what the container is to tracing.
pub fn notice(role: Role, line: &str) -> Option<NoticeKind> {
    table::TABLES
        .iter()
        .flat_map(|table| table.iter())
        .find(|row| row.applies_to(role) && row.parts.iter().all(|part| line.contains(part)))
        .map(|row| row.kind)
}

/// One row: who prints a line, what must stand in it, and what it means.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// Who prints it.
    pub(crate) by: By,
    /// Texts that must all stand in the line.
    pub(crate) parts: &'static [&'static str],
    /// What it means.
    pub(crate) kind: NoticeKind,
}

/// Who prints a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum By {
    /// A container of this role.
    Role(Role),
    /// Anybody.
    Anyone,
}

impl Row {
    fn applies_to(&self, role: Role) -> bool {
        match self.by {
            By::Role(by) => by == role,
            By::Anyone => true,
        }
    }
}

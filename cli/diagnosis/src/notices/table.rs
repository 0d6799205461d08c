//! The kinds of notices and the tables that tell them.

mod tempo;

use serde::{Deserialize, Serialize};

use super::Row;

/// Every table; the first row that fits a line wins.
pub(super) static TABLES: &[&[Row]] = &[tempo::ROWS];

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Tempo cannot write received traces to its storage.
    TempoWriteFailed,
    /// Tempo dropped a block of its write-ahead log at start.
    TempoWalReplayFailed,
}

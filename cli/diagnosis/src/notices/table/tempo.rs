//! Tempo's lines.

use super::NoticeKind;
use crate::{
    notices::{By, Row},
    snapshot::Role,
};

pub(super) static ROWS: &[Row] = &[
    tempo(&["failed to cut"], NoticeKind::TempoWriteFailed),
    tempo(
        &["failed to flush complete block"],
        NoticeKind::TempoWriteFailed,
    ),
    tempo(
        &["failed to replay block"],
        NoticeKind::TempoWalReplayFailed,
    ),
    tempo(
        &["warning while replaying block"],
        NoticeKind::TempoWalReplayFailed,
    ),
];

const fn tempo(parts: &'static [&'static str], kind: NoticeKind) -> Row {
    Row {
        by: By::Role(Role::Tempo),
        parts,
        kind,
    }
}

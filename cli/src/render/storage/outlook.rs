//! What is to be expected of a store: how it grows, when its disk is full, what a shorter retention would free.

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{
    forecast::{Basis, Growth, bytes_before},
    snapshot::{BlockStore, Tempo},
};
use serde::Serialize;

use super::size;
use crate::render::time::span;

/// What is to be expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Outlook {
    /// Bytes that come a day.
    pub(super) bytes_a_day: u64,
    /// What that was worked out from.
    pub(super) worked_out_from: String,
    /// The bytes at which retention holds the store.
    pub(super) levels_at_bytes: Option<u64>,
    /// When the disk is full, where retention does not hold the store before.
    pub(super) full_in: Option<SignedDuration>,
    /// Half the retention, and what it would free now.
    pub(super) shorter: Option<Shorter>,
}

/// What a shorter retention would free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Shorter {
    /// The shorter retention.
    pub(super) retention: SignedDuration,
    /// Bytes of blocks that are older.
    pub(super) frees_bytes: u64,
}

/// How long traces are kept; `None` for ever, or unknown.
pub(super) fn retention(tempo: &Tempo) -> Option<SignedDuration> {
    let config = tempo.config.known()?;
    config.retention.filter(SignedDuration::is_positive)
}

/// A retention, exactly: `7 d`, `84 h`.
pub(super) fn exact(length: SignedDuration) -> String {
    match (length.as_hours(), length.as_secs()) {
        (hours, seconds) if seconds % 86_400 == 0 => format!("{} d", hours / 24),
        (hours, seconds) if seconds % 3_600 == 0 => format!("{hours} h"),
        (_, seconds) => format!("{} min", seconds / 60),
    }
}

impl Outlook {
    /// What is to be expected of a backend's store.
    pub(super) fn of(tempo: &Tempo, store: &BlockStore, now: Timestamp) -> Option<Self> {
        let growth = Growth::of(store, now)?;
        // Without its configuration nothing is said of the days to come.
        let is_configured = tempo.config.known().is_some();
        let retention = retention(tempo);
        let free = tempo.volume.known().and_then(|volume| volume.free_bytes);
        let full_in = free
            .filter(|_| is_configured)
            .and_then(|free| growth.full_in(store, free, retention, now));
        let shorter = retention.and_then(|retention| {
            let half = retention / 2;
            let cutoff = now.checked_sub(half).ok()?;
            let frees_bytes = bytes_before(store, cutoff)?;
            Some(Shorter {
                retention: half,
                frees_bytes,
            })
        });
        Some(Self {
            bytes_a_day: growth.bytes_a_day,
            worked_out_from: match growth.basis {
                Basis::Days(1) => "yesterday".to_owned(),
                Basis::Days(days) => format!("mean of {days} whole days"),
                Basis::Part(held) => format!("from {} alone", span(held)),
            },
            levels_at_bytes: growth.level(store, retention, now),
            full_in,
            shorter,
        })
    }

    /// What it comes to, in a sentence.
    pub(super) fn sentence(&self) -> String {
        match (self.full_in, self.levels_at_bytes) {
            (Some(full_in), _) => format!("the disk is full in {}", span(full_in)),
            (None, Some(level)) => format!("retention holds it at about {}", size(level)),
            (None, None) => "nothing tells when the disk is full".to_owned(),
        }
    }
}

//! The end of a log, kept for whoever wants to see it.

use std::collections::VecDeque;

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::LogLine;

use super::{framing::RawLine, line::shown};

/// So many lines are kept.
pub(super) const TAIL: usize = 20;

/// The last lines read.
#[derive(Debug, Default)]
pub(super) struct Tail(VecDeque<Kept>);

/// A line of the end; shown only when it is still wanted.
#[derive(Debug)]
struct Kept {
    at: Option<Timestamp>,
    bytes: Vec<u8>,
}

impl Tail {
    pub(super) fn push(&mut self, line: RawLine<'_>) {
        // The place of the oldest line is used again, so that a long log costs no memory management.
        let mut bytes = match self.0.len() {
            TAIL => self
                .0
                .pop_front()
                .map(|kept| kept.bytes)
                .unwrap_or_default(),
            _ => Vec::new(),
        };
        bytes.clear();
        bytes.extend_from_slice(line.bytes);
        self.0.push_back(Kept { at: line.at, bytes });
    }

    /// The lines, oldest first.
    pub(super) fn finish(self) -> Vec<LogLine> {
        let shown = |kept: &Kept| {
            shown(RawLine {
                at: kept.at,
                bytes: &kept.bytes,
            })
        };
        self.0.iter().map(shown).collect()
    }
}

//! The lines of several logs as one stream, in the order of their times.

mod file;
mod follow;
mod merge;
mod stream;

use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::logs::{RawLine, Told};

pub(crate) use self::{
    follow::{Followed, News, follow},
    merge::Merged,
};

/// A line that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FeedLine {
    /// When the engine received it.
    pub(crate) at: Option<Timestamp>,
    /// Its bytes, as they came.
    pub(crate) bytes: Vec<u8>,
    /// What it tells.
    pub(crate) told: Told,
}

impl FeedLine {
    fn of(line: RawLine<'_>, told: Told) -> Self {
        Self {
            at: line.at,
            bytes: line.bytes.to_vec(),
            told,
        }
    }
}

/// How the reading of one log ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct End {
    /// The time of the last record that was looked at.
    pub(crate) last_at: Option<Timestamp>,
    /// The time of the oldest line that is left, where the log was rotated and the window begins before it.
    pub(crate) begins_late: Option<Timestamp>,
    /// Why something was left out, if something was.
    pub(crate) left_out: Option<String>,
}

/// What arrives from one log.
#[derive(Debug)]
enum Sent {
    Lines(Vec<FeedLine>),
    End(End),
}

/// So many lines, or so many bytes of them, travel together.
const BATCH_LINES: usize = 256;
const BATCH_BYTES: usize = 64 << 10;

/// Lines on their way to whoever shows them.
#[derive(Debug)]
struct Batch {
    lines: Vec<FeedLine>,
    bytes: usize,
}

impl Batch {
    const fn new() -> Self {
        Self {
            lines: Vec::new(),
            bytes: 0,
        }
    }

    fn push(&mut self, line: FeedLine) {
        self.bytes += line.bytes.len();
        self.lines.push(line);
    }

    fn is_full(&self) -> bool {
        self.lines.len() >= BATCH_LINES || self.bytes >= BATCH_BYTES
    }

    fn take(&mut self) -> Vec<FeedLine> {
        self.bytes = 0;
        std::mem::take(&mut self.lines)
    }
}

type Sender = mpsc::Sender<Sent>;

//! Lines that the engine cut at 16 KiB, put together again.

use jiff::Timestamp;

use crate::logs::LINE_LIMIT;

/// The engine begins a new record after so many bytes of a line.
pub(super) const PIECE: usize = 16 << 10;

/// Where a process wrote a line to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Output,
    Error,
}

/// Whether a record ends its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// It does.
    Line,
    /// The line goes on in the next record of its stream.
    Open,
}

/// What one record says besides its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) at: Option<Timestamp>,
    pub(super) stream: Stream,
    pub(super) ending: Ending,
}

/// A line with its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Whole {
    /// The time of its first record.
    pub(super) at: Option<Timestamp>,
}

/// The lines whose ends are still to come.
#[derive(Debug, Default)]
pub(super) struct Joined {
    open: [Option<OpenLine>; 2],
}

#[derive(Debug)]
struct OpenLine {
    at: Option<Timestamp>,
    text: Vec<u8>,
}

impl Joined {
    /// Whether a line is open, so that the records that follow have to be read.
    pub(super) fn is_open(&self) -> bool {
        self.open.iter().any(Option::is_some)
    }

    /// Takes a record with its text, and returns the line that it ends, whose text `text` then is.
    pub(super) fn push(&mut self, piece: Piece, text: &mut Vec<u8>) -> Option<Whole> {
        let slot = &mut self.open[piece.stream as usize];
        match (slot.take(), piece.ending) {
            (None, Ending::Line) => {
                text.truncate(LINE_LIMIT);
                Some(Whole { at: piece.at })
            }
            (None, Ending::Open) => {
                *slot = Some(OpenLine {
                    at: piece.at,
                    text: std::mem::take(text),
                });
                None
            }
            (Some(mut line), ending) => {
                let room = LINE_LIMIT.saturating_sub(line.text.len());
                line.text.extend_from_slice(&text[..text.len().min(room)]);
                if ending == Ending::Open {
                    *slot = Some(line);
                    return None;
                }
                *text = line.text;
                Some(Whole { at: line.at })
            }
        }
    }

    /// A line that the log ended without ending it.
    pub(super) fn rest(&mut self, text: &mut Vec<u8>) -> Option<Whole> {
        let line = self.open.iter_mut().find_map(Option::take)?;
        *text = line.text;
        Some(Whole { at: line.at })
    }
}

//! A line while its pieces arrive, each after the time at which the engine received it.

use jiff::Timestamp;

use super::framing::{LINE_LIMIT, RawLine};

/// No time is longer: `2026-11-22T08:39:49.904182227+00:00`.
const TIME_LIMIT: usize = 36;

/// A line whose end has not arrived.
#[derive(Debug)]
pub(super) struct OpenLine {
    text: Vec<u8>,
    /// The time of its first piece, once that is known.
    at: Option<Timestamp>,
    /// What comes next is a time.
    expects_time: bool,
    /// The part of the time that has arrived.
    time: Vec<u8>,
    /// Something of it has arrived.
    begun: bool,
}

impl Default for OpenLine {
    fn default() -> Self {
        Self {
            text: Vec::new(),
            at: None,
            expects_time: true,
            time: Vec::new(),
            begun: false,
        }
    }
}

impl OpenLine {
    /// Takes bytes and hands over every line that they end.
    pub(super) fn push(&mut self, bytes: &[u8], take: &mut impl FnMut(RawLine<'_>)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.expects_time {
                rest = self.push_time(rest);
                continue;
            }
            let end = memchr::memchr(b'\n', rest);
            let piece = &rest[..end.unwrap_or(rest.len())];
            let room = LINE_LIMIT - self.text.len();
            self.text.extend_from_slice(&piece[..piece.len().min(room)]);
            self.begun = true;
            match end {
                Some(end) => {
                    self.end(take);
                    rest = &rest[end + 1..];
                }
                None => return,
            }
        }
    }

    /// Reads a time and the blank after it; text that is no time is a part of the line.
    fn push_time<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let end = bytes
            .iter()
            .position(|byte| matches!(byte, b' ' | b'\n'))
            .filter(|end| self.time.len() + end <= TIME_LIMIT);
        let Some(end) = end else {
            self.time.extend_from_slice(bytes);
            if self.time.len() > TIME_LIMIT {
                self.time_is_text();
            }
            return &[];
        };
        self.time.extend_from_slice(&bytes[..end]);
        let time = std::str::from_utf8(&self.time)
            .ok()
            .and_then(|text| text.parse::<Timestamp>().ok());
        let Some(time) = time else {
            self.time_is_text();
            return &bytes[end..];
        };
        if !self.begun {
            self.at = Some(time);
        }
        self.begun = true;
        self.expects_time = false;
        self.time.clear();
        // An empty line ends right after its time.
        if bytes[end] == b' ' {
            &bytes[end + 1..]
        } else {
            &bytes[end..]
        }
    }

    fn time_is_text(&mut self) {
        let room = LINE_LIMIT - self.text.len();
        let kept = self.time.len().min(room);
        self.text.extend_from_slice(&self.time[..kept]);
        self.time.clear();
        self.expects_time = false;
        self.begun = true;
    }

    /// What comes next is a time, also where it carries on a line of more than 16 KiB.
    pub(super) fn expect_time(&mut self) {
        self.expects_time = true;
    }

    /// Hands over what the log's last bytes left open.
    pub(super) fn finish(&mut self, take: &mut impl FnMut(RawLine<'_>)) {
        if self.begun {
            self.end(take);
        }
    }

    fn end(&mut self, take: &mut impl FnMut(RawLine<'_>)) {
        if !self.time.is_empty() {
            self.time_is_text();
        }
        let bytes = self.text.strip_suffix(b"\r").unwrap_or(&self.text);
        take(RawLine { at: self.at, bytes });
        self.text.clear();
        self.at = None;
        self.begun = false;
        self.expects_time = true;
    }
}

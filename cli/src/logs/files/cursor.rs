//! Reads the lines of a window from the files of a log, oldest first.

use std::{
    collections::VecDeque,
    io::{self, Read},
};

use jiff::Timestamp;

use super::{
    LogDriver,
    joined::{Joined, Whole},
    part::LogBytes,
    stop::Stop,
    window::{DISORDER, Stretch, TimeRange},
};
use crate::{
    clients::deadline::Deadline,
    logs::{
        RawLine,
        anchors::{Anchors, Hits},
    },
};

/// So much is read at once; no record is longer.
pub(super) const BLOCK: usize = 128 << 10;
/// Which lines are wanted next.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Want<'a> {
    /// The very next one.
    Every,
    /// The next one that holds an anchor, or that is so long that it has to be looked at.
    Hits(&'a Anchors),
}

/// What was passed over without being handed out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Passed {
    /// Records, which are lines of at most 16 KiB.
    pub(crate) lines: u64,
    /// Bytes of text, about.
    pub(crate) bytes: u64,
    /// The time of the first record of the window.
    pub(crate) first_at: Option<Timestamp>,
    /// The time of its last record.
    pub(crate) last_at: Option<Timestamp>,
}

/// Reads a window.
#[derive(Debug)]
pub(crate) struct LogCursor {
    driver: LogDriver,
    range: TimeRange,
    deadline: Deadline,
    ahead: VecDeque<Stretch>,
    open: Option<OpenPart>,
    buffer: Vec<u8>,
    /// How much of the buffer is filled, how much of that are whole records, and how far those are read.
    filled: usize,
    whole: usize,
    at: usize,
    hits: Hits,
    long: Option<VecDeque<usize>>,
    joined: Joined,
    text: Vec<u8>,
    passed: Passed,
    begins_late: Option<Timestamp>,
    stop: Option<Stop>,
    is_over: bool,
}

#[derive(Debug)]
struct OpenPart {
    stretch: Stretch,
    bytes: LogBytes,
    /// How much of it is still to come.
    left: u64,
}

/// What one step of the cursor came to.
enum Step {
    Line(Option<Timestamp>),
    Nothing,
    End,
}

impl LogCursor {
    /// A cursor at the beginning of these stretches.
    pub(super) fn new(
        driver: LogDriver,
        range: TimeRange,
        deadline: Deadline,
        ahead: VecDeque<Stretch>,
        begins_late: Option<Timestamp>,
    ) -> Self {
        Self {
            driver,
            range,
            deadline,
            ahead,
            open: None,
            buffer: vec![0; BLOCK],
            filled: 0,
            whole: 0,
            at: 0,
            hits: Hits::default(),
            long: None,
            joined: Joined::default(),
            text: Vec::new(),
            passed: Passed::default(),
            begins_late,
            stop: None,
            is_over: false,
        }
    }

    /// How many bytes of the window's files are still to be read.
    pub(crate) fn remaining(&self) -> u64 {
        let ahead: u64 = self.ahead.iter().map(Stretch::length).sum();
        let open = self.open.as_ref().map_or(0, |open| open.left);
        ahead + open + (self.filled - self.at) as u64
    }

    /// What was passed over so far.
    pub(crate) fn passed(&self) -> Passed {
        self.passed
    }

    /// The time of the oldest record that is left of a rotated log, where the window begins before it.
    pub(crate) fn begins_late(&self) -> Option<Timestamp> {
        self.begins_late
    }

    /// Why something was left out, if something was.
    pub(crate) fn stop(&self) -> Option<&Stop> {
        self.stop.as_ref()
    }

    /// The next line that is wanted; `None` at the end of the window.
    pub(crate) fn next(&mut self, want: Want<'_>) -> Option<RawLine<'_>> {
        let at = loop {
            match self.step(want) {
                Step::Line(at) => break at,
                Step::Nothing => {}
                Step::End => return None,
            }
        };
        Some(RawLine {
            at,
            bytes: &self.text,
        })
    }

    fn step(&mut self, want: Want<'_>) -> Step {
        if self.at == self.whole && !self.refill() {
            return match self.joined.rest(&mut self.text) {
                Some(Whole { at }) => Step::Line(at),
                None => Step::End,
            };
        }
        if let Want::Hits(anchors) = want
            && !self.joined.is_open()
        {
            let start = self.next_hit(anchors).unwrap_or(self.whole);
            self.pass_over(start);
            if start == self.whole {
                return Step::Nothing;
            }
        }
        let records = &self.buffer[..self.whole];
        let end = self.driver.end(records, self.at);
        let record = &records[self.at..end];
        self.at = end;
        let Some(piece) = self.driver.read(record, &mut self.text) else {
            return Step::Nothing;
        };
        if let Some(at) = piece.at {
            if self.is_past(at) {
                self.is_over = true;
                self.at = self.whole;
                return Step::Nothing;
            }
            if at < self.range.since || at > self.range.until {
                return Step::Nothing;
            }
        }
        match self.joined.push(piece, &mut self.text) {
            Some(Whole { at }) => Step::Line(at),
            None => Step::Nothing,
        }
    }

    fn is_past(&self, at: Timestamp) -> bool {
        at.duration_since(self.range.until) > DISORDER
    }

    /// The beginning of the next record that may tell something.
    fn next_hit(&mut self, anchors: &Anchors) -> Option<usize> {
        let records = &self.buffer[..self.whole];
        let long = self.long.get_or_insert_with(|| {
            let mut found = Vec::new();
            self.driver.long(&records[self.at..], &mut found);
            found.into_iter().map(|start| start + self.at).collect()
        });
        while long.front().is_some_and(|start| *start < self.at) {
            long.pop_front();
        }
        let hit = self
            .hits
            .next(anchors, records, self.at)
            .map(|place| self.driver.start(records, self.at, place));
        match (hit, long.front().copied()) {
            (Some(hit), Some(long)) => Some(hit.min(long)),
            (hit, long) => hit.or(long),
        }
    }

    fn pass_over(&mut self, until: usize) {
        let records = &self.buffer[self.at..until];
        let count = self.driver.count(records);
        self.passed.lines += count;
        self.passed.bytes += self.driver.text_bytes(records.len(), count);
        self.at = until;
    }

    /// Fills the buffer with the next records of the window; whether there are any.
    fn refill(&mut self) -> bool {
        while !self.is_over {
            if self.deadline.has_passed() {
                self.stop = Some(Stop::Deadline);
                self.is_over = true;
                break;
            }
            if self.open.is_none() && !self.open_next() {
                break;
            }
            self.buffer.copy_within(self.whole..self.filled, 0);
            self.filled -= self.whole;
            self.whole = 0;
            self.at = 0;
            let is_ended = self.read_on();
            self.whole = self.driver.whole(&self.buffer[..self.filled]);
            self.hits.forget();
            self.long = None;
            if is_ended {
                // A record without its end is still being written.
                self.filled = self.whole;
                self.open = None;
            } else if self.whole == 0 && self.filled == self.buffer.len() {
                self.skip_garbage();
            }
            if self.whole > 0 && self.enter_window() {
                return true;
            }
            self.at = self.whole;
        }
        self.at = self.whole;
        false
    }

    fn open_next(&mut self) -> bool {
        let Some(stretch) = self.ahead.pop_front() else {
            return false;
        };
        self.filled = 0;
        self.whole = 0;
        self.at = 0;
        self.open = Some(OpenPart {
            bytes: stretch.part.bytes(stretch.start, stretch.end),
            left: stretch.length(),
            stretch,
        });
        true
    }

    /// Reads until the buffer is full; whether the file has nothing more.
    fn read_on(&mut self) -> bool {
        let Some(open) = &mut self.open else {
            return true;
        };
        while self.filled < self.buffer.len() {
            match open.bytes.read(&mut self.buffer[self.filled..]) {
                Ok(0) => {
                    if open.left > 0 && open.stretch.part.is_truncated().unwrap_or(false) {
                        self.stop = Some(Stop::Truncated);
                    }
                    return true;
                }
                Ok(read) => {
                    self.filled += read;
                    open.left = open.left.saturating_sub(read as u64);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.stop = Some(Stop::Damaged(error.to_string()));
                    return true;
                }
            }
        }
        false
    }

    /// Leaves out bytes that are no records; where those begin again can be told of lines alone.
    fn skip_garbage(&mut self) {
        self.stop = Some(Stop::Damaged(
            "it holds bytes that are no records".to_owned(),
        ));
        self.filled = 0;
        match self.driver {
            LogDriver::JsonFile => {}
            LogDriver::Local => self.open = None,
        }
    }

    /// Leaves out the records before the window, and notes its bounds; whether any are left.
    fn enter_window(&mut self) -> bool {
        let records = &self.buffer[..self.whole];
        let Some((first, last)) = self.driver.times(records) else {
            return true;
        };
        if self.is_past(first) {
            self.is_over = true;
            return false;
        }
        if last < self.range.since {
            return false;
        }
        if self.passed.first_at.is_none() {
            let mut start = 0;
            while start < self.whole {
                let end = self.driver.end(records, start);
                let at = self.driver.time(&records[start..end]);
                if at.is_some_and(|at| at >= self.range.since) {
                    self.passed.first_at = at.filter(|at| *at <= self.range.until);
                    break;
                }
                start = end;
            }
            self.at = start;
        }
        if self.passed.first_at.is_some() {
            self.passed.last_at = self.passed.last_at.max(Some(last.min(self.range.until)));
        }
        self.at < self.whole
    }
}

//! Where a window of time lies in the files of a log.

use std::{
    collections::VecDeque,
    io::{self, Read},
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    LogDriver, LogFiles, LogFilesError,
    cursor::{BLOCK, LogCursor},
    part::{Packing, Part},
    seek::seek,
};
use crate::clients::deadline::Deadline;

/// Output and errors of one process reach the engine on two ways: so much may their times be out of order.
pub(super) const DISORDER: SignedDuration = SignedDuration::from_secs(2);

/// A window of time, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TimeRange {
    /// The earlier end.
    pub(crate) since: Timestamp,
    /// The later end.
    pub(crate) until: Timestamp,
}

/// The part of a file that may lie in the window.
#[derive(Debug)]
pub(super) struct Stretch {
    pub(super) part: Part,
    pub(super) start: u64,
    pub(super) end: u64,
}

impl LogFiles {
    /// A cursor at the beginning of a window.
    pub(crate) fn window(
        self,
        range: TimeRange,
        deadline: Deadline,
    ) -> Result<LogCursor, LogFilesError> {
        let folder = self.folder.clone();
        self.sought(range, deadline)
            .map_err(|source| LogFilesError::Read {
                path: folder,
                source,
            })
    }

    fn sought(self, range: TimeRange, deadline: Deadline) -> io::Result<LogCursor> {
        let driver = self.driver;
        let since = range.since.checked_sub(DISORDER).unwrap_or(range.since);
        let until = range.until.checked_add(DISORDER).unwrap_or(range.until);
        let is_rotated = self.parts.len() > 1;
        let mut begins_late = None;
        let mut ahead = VecDeque::new();
        for part in self.parts.into_iter().rev() {
            begins_late = None;
            if part.ends_before(since) {
                break;
            }
            let first_at = first_time(&part, driver);
            begins_late = first_at.filter(|first| is_rotated && *first > since);
            if first_at.is_none_or(|first| first <= until) {
                ahead.push_front(Stretch::of(part, driver, since, until)?);
            }
            if first_at.is_some_and(|first| first < since) {
                break;
            }
        }
        Ok(LogCursor::new(driver, range, deadline, ahead, begins_late))
    }
}

/// The time of the first record of a file.
fn first_time(part: &Part, driver: LogDriver) -> Option<Timestamp> {
    let mut head = Vec::new();
    let glance = BLOCK as u64;
    // What cannot be read is met again when the file is read, and told then.
    part.bytes(0, part.size)
        .take(glance)
        .read_to_end(&mut head)
        .ok()?;
    let whole = driver.whole(&head);
    driver.times(&head[..whole]).map(|(first, _)| first)
}

impl Stretch {
    fn of(part: Part, driver: LogDriver, since: Timestamp, until: Timestamp) -> io::Result<Self> {
        let mut stretch = Self {
            start: 0,
            end: part.log_bytes(),
            part,
        };
        if stretch.part.packing == Packing::Plain {
            stretch.start = seek(&stretch.part, driver, since)?.low;
            if !stretch.part.ends_before(until) {
                stretch.end = seek(&stretch.part, driver, until)?.high;
            }
        }
        Ok(stretch)
    }

    /// How many bytes of log it has.
    pub(super) fn length(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }
}

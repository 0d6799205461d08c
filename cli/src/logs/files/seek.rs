//! The place in a file from which on its records are as new as a moment.

use std::io;

use jiff::Timestamp;

use super::{LogDriver, json_file, local, part::Part};

/// A stretch so short is read rather than halved.
const SHORT: u64 = 64 << 10;
/// So much is read to find a record in the middle of a file.
const GLANCE: usize = 4 << 10;
/// A record so long is none.
const LONGEST_RECORD: usize = 1 << 20;
/// So much is read at once on the way back.
const STEP: usize = 256 << 10;

/// Two places with the first record of a moment between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// Everything before it is older; a record begins here.
    pub(super) low: u64,
    /// What begins here or later is not older.
    pub(super) high: u64,
}

/// Finds a moment in a plain file.
pub(super) fn seek(part: &Part, driver: LogDriver, moment: Timestamp) -> io::Result<Bounds> {
    match driver {
        LogDriver::JsonFile => bisect(part, moment),
        LogDriver::Local => step_back(part, moment),
    }
}

/// Every record of a `json-file` ends with its time and a line end, so that halves can be told apart.
fn bisect(part: &Part, moment: Timestamp) -> io::Result<Bounds> {
    let mut bounds = Bounds {
        low: 0,
        high: part.size,
    };
    while bounds.high - bounds.low > SHORT {
        let middle = bounds.low + (bounds.high - bounds.low) / 2;
        match first_after(part, middle, bounds.high)? {
            Some((start, at)) if at < moment => bounds.low = start,
            Some(_) | None => bounds.high = middle,
        }
    }
    Ok(bounds)
}

/// The first record with a time that begins after one place and before another.
fn first_after(part: &Part, from: u64, until: u64) -> io::Result<Option<(u64, Timestamp)>> {
    let mut bytes = vec![0; GLANCE];
    loop {
        let length = part.read_at(&mut bytes, from)?;
        let read = &bytes[..length];
        let whole = json_file::whole(read);
        let mut start = json_file::end(&read[..whole], 0);
        while start < whole && from + (start as u64) < until {
            let end = json_file::end(&read[..whole], start);
            if let Some(at) = json_file::time(&read[start..end]) {
                return Ok(Some((from + start as u64, at)));
            }
            start = end;
        }
        let is_all = length < bytes.len() || from + (length as u64) >= until + (GLANCE as u64);
        if is_all || bytes.len() >= LONGEST_RECORD {
            return Ok(None);
        }
        bytes.resize(bytes.len() * 4, 0);
    }
}

/// A record of the `local` driver tells its length at its end too, so that a file can be read backwards.
fn step_back(part: &Part, moment: Timestamp) -> io::Result<Bounds> {
    let unknown = Bounds {
        low: 0,
        high: part.size,
    };
    let mut bounds = Bounds {
        low: part.size,
        high: part.size,
    };
    let mut bytes = vec![0; STEP];
    while bounds.low > 0 {
        let from = bounds.low.saturating_sub(STEP as u64);
        let Ok(length) = usize::try_from(bounds.low - from) else {
            return Ok(unknown);
        };
        if part.read_at(&mut bytes[..length], from)? < length {
            return Ok(unknown);
        }
        let mut end = length;
        while let Some(start) = local::start_before(&bytes, end) {
            match local::time(&bytes[start..end]) {
                Some(at) if at < moment => return Ok(bounds),
                Some(_) => {}
                None => return Ok(unknown),
            }
            end = start;
            bounds.low = from + end as u64;
        }
        if end == length {
            // The last record is still being written, or these are no records.
            return Ok(unknown);
        }
    }
    Ok(bounds)
}

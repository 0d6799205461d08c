//! Records of the `json-file` driver: `{"log":"text\n","stream":"stdout","time":"2026-11-22T08:39:49.904182227Z"}`.
//!
//! The engine writes the fields in this order, the text in JSON's escapes, and one record a line. A text without line
//! end goes on in the next record of its stream.

use jiff::Timestamp;
use memchr::{memchr, memchr_iter, memchr2, memmem, memrchr};

use super::joined::{Ending, PIECE, Piece, Stream};

/// No time with its name and the end of the record is longer.
const TIME_PART: usize = 80;
const TIME: &[u8] = b"\"time\":\"";

pub(super) fn whole(bytes: &[u8]) -> usize {
    memrchr(b'\n', bytes).map_or(0, |end| end + 1)
}

pub(super) fn end(records: &[u8], start: usize) -> usize {
    memchr(b'\n', &records[start..]).map_or(records.len(), |length| start + length + 1)
}

pub(super) fn start(records: &[u8], from: usize, place: usize) -> usize {
    memrchr(b'\n', &records[from..place]).map_or(from, |before| from + before + 1)
}

pub(super) fn count(records: &[u8]) -> u64 {
    memchr_iter(b'\n', records).count() as u64
}

pub(super) fn long(records: &[u8], found: &mut Vec<usize>) {
    let mut start = 0;
    for end in memchr_iter(b'\n', records) {
        if end - start >= PIECE {
            found.push(start);
        }
        start = end + 1;
    }
}

pub(super) fn time(record: &[u8]) -> Option<Timestamp> {
    let tail = &record[record.len().saturating_sub(TIME_PART)..];
    let at = memmem::rfind(tail, TIME)? + TIME.len();
    let length = memchr(b'"', &tail[at..])?;
    std::str::from_utf8(&tail[at..at + length])
        .ok()?
        .parse()
        .ok()
}

pub(super) fn times(records: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let first = records
        .split_inclusive(|byte| *byte == b'\n')
        .find_map(time)?;
    let last = records
        .trim_ascii_end()
        .rsplit(|byte| *byte == b'\n')
        .find_map(time)?;
    Some((first, last))
}

pub(super) fn read(record: &[u8], text: &mut Vec<u8>) -> Option<Piece> {
    text.clear();
    let at = time(record);
    let after = match record.strip_prefix(b"{\"log\":\"") {
        Some(escaped) => {
            let length = unescape(escaped, text)?;
            &escaped[length + 1..]
        }
        // An empty text is left out.
        None => record.strip_prefix(b"{").filter(|_| at.is_some())?,
    };
    let after = after.strip_prefix(b",").unwrap_or(after);
    let stream = if after.starts_with(b"\"stream\":\"stderr\"") {
        Stream::Error
    } else {
        Stream::Output
    };
    let ending = if text.last() == Some(&b'\n') {
        text.pop();
        if text.last() == Some(&b'\r') {
            text.pop();
        }
        Ending::Line
    } else {
        Ending::Open
    };
    Some(Piece { at, stream, ending })
}

/// Appends the string that these bytes begin with, without its escapes; returns the place of the quote behind it.
fn unescape(escaped: &[u8], text: &mut Vec<u8>) -> Option<usize> {
    let mut at = 0;
    loop {
        let next = at + memchr2(b'"', b'\\', &escaped[at..])?;
        text.extend_from_slice(&escaped[at..next]);
        if escaped[next] == b'"' {
            return Some(next);
        }
        at = next + 2;
        match *escaped.get(next + 1)? {
            b'n' => text.push(b'\n'),
            b't' => text.push(b'\t'),
            b'r' => text.push(b'\r'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'u' => {
                let unit = code_unit(escaped.get(at..)?)?;
                at += 4;
                let mut code = u32::from(unit);
                if (0xd800..0xdc00).contains(&unit)
                    && let Some(rest) = escaped.get(at..).and_then(|rest| rest.strip_prefix(b"\\u"))
                    && let Some(low @ 0xdc00..0xe000) = code_unit(rest)
                {
                    code = 0x10000 + ((u32::from(unit) - 0xd800) << 10) + (u32::from(low) - 0xdc00);
                    at += 6;
                }
                let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            plain => text.push(plain),
        }
    }
}

/// Four hexadecimal digits.
fn code_unit(bytes: &[u8]) -> Option<u16> {
    let digits = std::str::from_utf8(bytes.get(..4)?).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

//! Records of the `local` driver: a length in four bytes, a message of Protocol Buffers, the same length again.
//!
//! The message is the engine's `LogEntry` (<https://github.com/moby/moby>, `api/types/plugins/logdriver/entry.proto`):
//! source = 1, `time_nano` = 2, line = 3, partial = 4, and of a partial one whether it is the last = 5.1.

use jiff::Timestamp;

use super::joined::{Ending, PIECE, Piece, Stream};

/// The bytes of a length.
const LENGTH: usize = 4;

/// The record at a place, without its lengths, and where the next one begins; `None` where none is whole.
fn record(bytes: &[u8], start: usize) -> Option<(&[u8], usize)> {
    let body = start + LENGTH;
    let length = be_length(bytes.get(start..body)?);
    let end = body.checked_add(length)?;
    let message = bytes.get(body..end)?;
    bytes.get(end..end + LENGTH)?;
    Some((message, end + LENGTH))
}

fn be_length(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .fold(0, |length, byte| length << 8 | usize::from(*byte))
}

/// The beginnings of records from one of them on.
fn starts(records: &[u8], from: usize) -> impl Iterator<Item = usize> {
    let mut start = from;
    std::iter::from_fn(move || {
        let here = start;
        start = record(records, here)?.1;
        Some(here)
    })
}

pub(super) fn whole(bytes: &[u8]) -> usize {
    starts(bytes, 0)
        .last()
        .and_then(|start| record(bytes, start))
        .map_or(0, |(_, end)| end)
}

pub(super) fn end(records: &[u8], start: usize) -> usize {
    record(records, start).map_or(records.len(), |(_, end)| end)
}

pub(super) fn start(records: &[u8], from: usize, place: usize) -> usize {
    starts(records, from)
        .take_while(|start| *start <= place)
        .last()
        .unwrap_or(from)
}

pub(super) fn count(records: &[u8]) -> u64 {
    starts(records, 0).count() as u64
}

pub(super) fn long(records: &[u8], found: &mut Vec<usize>) {
    found.extend(starts(records, 0).filter(|start| end(records, *start) - start >= PIECE));
}

pub(super) fn time(record: &[u8]) -> Option<Timestamp> {
    let message = record.get(LENGTH..record.len().checked_sub(LENGTH)?)?;
    fields(message).find_map(|field| match field {
        Field::Number(2, nanoseconds) => moment(nanoseconds),
        Field::Number(..) | Field::Bytes(..) => None,
    })
}

pub(super) fn times(records: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let at = |start| time(&records[start..end(records, start)]);
    let first = starts(records, 0).find_map(at)?;
    let mut last = records.len();
    while let Some(start) = start_before(records, last) {
        if let Some(at) = time(&records[start..last]) {
            return Some((first, at));
        }
        last = start;
    }
    None
}

/// The beginning of the record that ends at a place, told by the length behind it; `None` where there is none.
pub(super) fn start_before(bytes: &[u8], end: usize) -> Option<usize> {
    let behind = end.checked_sub(LENGTH)?;
    let length = be_length(bytes.get(behind..end)?);
    let start = behind.checked_sub(length)?.checked_sub(LENGTH)?;
    (be_length(&bytes[start..start + LENGTH]) == length).then_some(start)
}

pub(super) fn read(record: &[u8], text: &mut Vec<u8>) -> Option<Piece> {
    let message = record.get(LENGTH..record.len().checked_sub(LENGTH)?)?;
    text.clear();
    let mut piece = Piece {
        at: None,
        stream: Stream::Output,
        ending: Ending::Line,
    };
    let (mut is_partial, mut is_last) = (false, false);
    for field in fields(message) {
        match field {
            Field::Bytes(1, source) if source == b"stderr" => piece.stream = Stream::Error,
            Field::Number(2, nanoseconds) => piece.at = moment(nanoseconds),
            Field::Bytes(3, line) => text.extend_from_slice(line),
            Field::Number(4, partial) => is_partial = partial != 0,
            Field::Bytes(5, metadata) => {
                is_last = fields(metadata).any(|field| matches!(field, Field::Number(1, 1)));
            }
            Field::Number(..) | Field::Bytes(..) => {}
        }
    }
    piece.at?;
    if is_partial && !is_last {
        piece.ending = Ending::Open;
    } else {
        // A terminal's line ends with both.
        while matches!(text.last(), Some(b'\r' | b'\n')) {
            text.pop();
        }
    }
    Some(piece)
}

fn moment(nanoseconds: u64) -> Option<Timestamp> {
    Timestamp::from_nanosecond(i128::from(nanoseconds.cast_signed())).ok()
}

/// A field of a message with its number.
enum Field<'m> {
    Number(u64, u64),
    Bytes(u64, &'m [u8]),
}

/// The fields of a message up to its end or to what cannot be read
/// (<https://protobuf.dev/programming-guides/encoding/>).
fn fields(message: &[u8]) -> impl Iterator<Item = Field<'_>> {
    let mut rest = message;
    std::iter::from_fn(move || {
        loop {
            let key = varint(&mut rest)?;
            let number = key >> 3;
            match key & 7 {
                0 => return Some(Field::Number(number, varint(&mut rest)?)),
                1 => rest = rest.get(8..)?,
                2 => {
                    let length = usize::try_from(varint(&mut rest)?).ok()?;
                    let (bytes, after) = rest.split_at_checked(length)?;
                    rest = after;
                    return Some(Field::Bytes(number, bytes));
                }
                5 => rest = rest.get(4..)?,
                _ => return None,
            }
        }
    })
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

//! What the log drivers have in common: records one after another, each with its time.

use jiff::Timestamp;

use super::{LogDriver, joined::Piece, json_file, local};

impl LogDriver {
    /// How much of these bytes, which begin with a record, are whole records.
    pub(super) fn whole(self, bytes: &[u8]) -> usize {
        match self {
            Self::JsonFile => json_file::whole(bytes),
            Self::Local => local::whole(bytes),
        }
    }

    /// The end of the record that begins at a place of whole records.
    pub(super) fn end(self, records: &[u8], start: usize) -> usize {
        match self {
            Self::JsonFile => json_file::end(records, start),
            Self::Local => local::end(records, start),
        }
    }

    /// The beginning of the record that a place lies in; `from` is the beginning of one before it.
    pub(super) fn start(self, records: &[u8], from: usize, place: usize) -> usize {
        match self {
            Self::JsonFile => json_file::start(records, from, place),
            Self::Local => local::start(records, from, place),
        }
    }

    /// How many records these are.
    pub(super) fn count(self, records: &[u8]) -> u64 {
        match self {
            Self::JsonFile => json_file::count(records),
            Self::Local => local::count(records),
        }
    }

    /// The beginnings of records that may hold only a part of their line.
    pub(super) fn long(self, records: &[u8], found: &mut Vec<usize>) {
        match self {
            Self::JsonFile => json_file::long(records, found),
            Self::Local => local::long(records, found),
        }
    }

    /// The time of a record.
    pub(super) fn time(self, record: &[u8]) -> Option<Timestamp> {
        match self {
            Self::JsonFile => json_file::time(record),
            Self::Local => local::time(record),
        }
    }

    /// The time of the first and the last of these records that have one.
    pub(super) fn times(self, records: &[u8]) -> Option<(Timestamp, Timestamp)> {
        match self {
            Self::JsonFile => json_file::times(records),
            Self::Local => local::times(records),
        }
    }

    /// Reads a record, its text into `text`; `None` for bytes that are no record.
    pub(super) fn read(self, record: &[u8], text: &mut Vec<u8>) -> Option<Piece> {
        match self {
            Self::JsonFile => json_file::read(record, text),
            Self::Local => local::read(record, text),
        }
    }

    /// How many bytes of these records are text, about: what the format adds to each is taken off.
    pub(super) fn text_bytes(self, bytes: usize, records: u64) -> u64 {
        // `{"log":"\n","stream":"stdout","time":"2026-11-22T08:39:49.904182227Z"}`, or lengths, stream and time.
        let around = match self {
            Self::JsonFile => 75,
            Self::Local => 28,
        };
        (bytes as u64).saturating_sub(records * around)
    }
}

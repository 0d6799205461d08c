//! Reads ranges of a log from its files into a reader.

use super::{
    Anchors, Care, LogFiles, LogFilesError, LogFolder, LogReader, TimeRange,
    files::{LogCursor, Want},
    run::Scope,
};
use crate::clients::deadline::Deadline;

/// The end of a range of a service's log is read line by line: its requests and trace ids are counted there.
const COUNTED: u64 = 2 << 20;
/// The end of another log is read line by line, so that it can be shown.
const SHOWN: u64 = 256 << 10;

/// Reads these ranges, oldest first. The reasons why something was left out are told to the reader.
pub(crate) fn scan(
    folder: &LogFolder,
    ranges: &[TimeRange],
    deadline: Deadline,
    reader: &mut LogReader,
) -> Result<(), LogFilesError> {
    let anchors = Anchors::of_role(reader.run().role, reader.endpoints().names());
    for range in ranges {
        let cursor = LogFiles::open(folder)?.window(*range, deadline)?;
        drain(cursor, &anchors, reader);
    }
    Ok(())
}

fn drain(mut cursor: LogCursor, anchors: &Anchors, reader: &mut LogReader) {
    let careful = match reader.run().scope() {
        Scope::Service => COUNTED,
        Scope::Receiver => SHOWN,
    };
    loop {
        let care = if cursor.remaining() <= careful {
            Care::Everything
        } else {
            Care::Anchors
        };
        let want = if care == Care::Everything || reader.wants_next() {
            Want::Every
        } else {
            Want::Hits(anchors)
        };
        match cursor.next(want) {
            Some(line) => reader.read(line, care),
            None => break,
        }
    }
    reader.passed_over(cursor.passed());
    if let Some(first_at) = cursor.begins_late() {
        reader.begins_late(first_at);
    }
    if let Some(stop) = cursor.stop() {
        reader.cut(stop.to_string());
    }
}

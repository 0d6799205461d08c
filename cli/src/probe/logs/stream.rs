//! The log as the engine streams it, bounded in bytes and time.

use std::time::Duration;

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::{Container, LogFacts};

use crate::{
    clients::{
        deadline::Deadline,
        docker::{EngineError, LogRange},
    },
    logs::{Care, Endpoints, Framing, Lines, LogReader, RawLine, Run, TimeRange},
    probe::Look,
};

/// More of one range of a log is not read.
const BYTE_LIMIT: usize = 24 << 20;
/// The ranges of one log are not read for longer: where many are streamed at once, each waits for the others.
const TIME_LIMIT: Duration = Duration::from_secs(12);
/// The same where the helper may read what is left out, which needs time of its own.
const BEFORE_HELPER: Duration = Duration::from_secs(4);
/// The end of a log is not waited for for longer.
const END_LIMIT: Duration = Duration::from_secs(3);
/// After a range was cut, so many of the newest lines are read.
const NEWEST_LINES: u32 = 2000;
/// Of a log that says nothing in its window, so many lines are shown.
const SHOWN_LINES: u32 = 20;

/// Reads these ranges.
pub(super) async fn read(
    look: &Look<'_>,
    container: &Container,
    ranges: &[TimeRange],
    run: Run,
    endpoints: Endpoints,
) -> Result<LogFacts, EngineError> {
    let mut reader = LogReader::new(run, endpoints);
    let limit = if look.hands.may_probe() {
        BEFORE_HELPER
    } else {
        TIME_LIMIT
    };
    // Between two runs of a restart loop the engine may have the file closed and give nothing of it: ask once more.
    let looks = if container.state.restart_count > 0 {
        2
    } else {
        1
    };
    for _ in 0..looks {
        if let Some(late) = read_ranges(look, container, ranges, limit, &mut reader).await? {
            // Nothing read is nothing known.
            return match reader.lines() {
                0 => Err(late),
                _ => Ok(reader.finish()),
            };
        }
        if reader.lines() > 0 {
            return Ok(reader.finish());
        }
    }
    keep_end(look, container, &mut reader).await?;
    Ok(reader.finish())
}

/// The end of a quiet log, which tells nothing but itself.
pub(super) async fn end(
    look: &Look<'_>,
    container: &Container,
    run: Run,
    endpoints: Endpoints,
) -> Result<LogFacts, EngineError> {
    let mut reader = LogReader::new(run, endpoints);
    keep_end(look, container, &mut reader).await?;
    Ok(reader.finish())
}

async fn keep_end(
    look: &Look<'_>,
    container: &Container,
    reader: &mut LogReader,
) -> Result<(), EngineError> {
    let range = LogRange::Last {
        lines: SHOWN_LINES,
        since: None,
    };
    let deadline = look.deadline.capped(END_LIMIT);
    match stream(look, container, range, deadline, |line| reader.keep(line)).await? {
        None | Some(Cut::Bytes) => Ok(()),
        Some(Cut::Time(error)) => Err(error),
    }
}

/// Why a range was not read to its end.
enum Cut {
    Bytes,
    Time(EngineError),
}

/// Reads the ranges one after the other; `Some` where time was up before the last one was read.
async fn read_ranges(
    look: &Look<'_>,
    container: &Container,
    ranges: &[TimeRange],
    limit: Duration,
    reader: &mut LogReader,
) -> Result<Option<EngineError>, EngineError> {
    let deadline = look.deadline.capped(limit);
    for (number, range) in ranges.iter().enumerate() {
        let asked = LogRange::Between {
            since: range.since,
            until: range.until,
        };
        let take = |line: RawLine<'_>| reader.read(line, Care::Everything);
        let is_last = number + 1 == ranges.len();
        let (read, late) = match stream(look, container, asked, deadline, take).await? {
            None => continue,
            Some(Cut::Bytes) if !is_last => {
                reader.cut(format!(
                    "read {} MiB from the time of its start or end, not the rest of that",
                    BYTE_LIMIT >> 20
                ));
                continue;
            }
            Some(Cut::Bytes) => (format!("{} MiB", BYTE_LIMIT >> 20), None),
            Some(Cut::Time(error)) => {
                let read = format!("what the engine sent in {} s", limit.as_secs());
                (read, Some(error))
            }
        };
        read_newest(look, container, ranges, &read, reader).await?;
        return Ok(late);
    }
    Ok(None)
}

/// Reads the newest lines of a log that was cut.
async fn read_newest(
    look: &Look<'_>,
    container: &Container,
    ranges: &[TimeRange],
    limit: &str,
    reader: &mut LogReader,
) -> Result<(), EngineError> {
    let last = reader.last_at();
    let newest = LogRange::Last {
        lines: NEWEST_LINES,
        since: last,
    };
    let is_unread = |at: Option<Timestamp>| {
        at > last
            && at.is_some_and(|at| {
                ranges
                    .iter()
                    .any(|range| range.since <= at && at <= range.until)
            })
    };
    let deadline = look.deadline.capped(END_LIMIT);
    let rest = stream(look, container, newest, deadline, |line| {
        if is_unread(line.at) {
            reader.read(line, Care::Everything);
        }
    })
    .await?;
    reader.cut(match rest {
        None => format!(
            "read {limit} from its beginning and the last {NEWEST_LINES} lines, not what lies between"
        ),
        Some(_) => format!("read {limit} from its beginning, not the newest lines"),
    });
    Ok(())
}

/// Hands over the lines of a range as they arrive, until a limit is reached.
async fn stream(
    look: &Look<'_>,
    container: &Container,
    range: LogRange,
    deadline: Deadline,
    mut take: impl FnMut(RawLine<'_>),
) -> Result<Option<Cut>, EngineError> {
    let framing = if container.tty {
        Framing::Plain
    } else {
        Framing::Frames
    };
    let mut stream = match look.engine.log(&container.id, range, deadline).await {
        Ok(stream) => stream,
        Err(error) if error.is_timeout() => return Ok(Some(Cut::Time(error))),
        Err(error) => return Err(error),
    };
    let mut lines = Lines::new(framing);
    let mut bytes = 0;
    loop {
        match stream.next(deadline).await {
            Ok(Some(chunk)) => {
                lines.push(&chunk, &mut take);
                bytes += chunk.len();
                if bytes > BYTE_LIMIT {
                    return Ok(Some(Cut::Bytes));
                }
            }
            Ok(None) => {
                lines.finish(&mut take);
                return Ok(None);
            }
            // What has arrived is worth having.
            Err(error) if error.is_timeout() => return Ok(Some(Cut::Time(error))),
            Err(error) => return Err(error),
        }
    }
}

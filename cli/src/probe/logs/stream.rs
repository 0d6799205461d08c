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
/// No range of a log is read for longer.
const TIME_LIMIT: Duration = Duration::from_secs(8);
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
    // Between two runs of a restart loop the engine may have the file closed and give nothing of it: ask once more.
    let looks = if container.state.restart_count > 0 {
        2
    } else {
        1
    };
    for _ in 0..looks {
        if reader.lines() > 0 {
            break;
        }
        for range in ranges {
            read_range(look, container, *range, &mut reader).await?;
        }
    }
    // A quiet log still has an end to show.
    if reader.lines() == 0 {
        let range = LogRange::Last {
            lines: SHOWN_LINES,
            since: None,
        };
        let deadline = look.deadline.capped(TIME_LIMIT);
        stream(look, container, range, deadline, |line| reader.keep(line)).await?;
    }
    Ok(reader.finish())
}

/// Why a range was not read to its end.
enum Cut {
    Bytes,
    Time,
}

async fn read_range(
    look: &Look<'_>,
    container: &Container,
    range: TimeRange,
    reader: &mut LogReader,
) -> Result<(), EngineError> {
    let deadline = look.deadline.capped(TIME_LIMIT);
    let range = LogRange::Between {
        since: range.since,
        until: range.until,
    };
    let cut = stream(look, container, range, deadline, |line| {
        reader.read(line, Care::Everything);
    })
    .await?;
    let Some(cut) = cut else {
        return Ok(());
    };
    let limit = match cut {
        Cut::Bytes => format!("{} MiB", BYTE_LIMIT >> 20),
        Cut::Time => format!("what the engine sent in {} s", TIME_LIMIT.as_secs()),
    };
    let last = reader.last_at();
    let newest = LogRange::Last {
        lines: NEWEST_LINES,
        since: last,
    };
    let newer = |at: Option<Timestamp>| at > last;
    let rest = stream(
        look,
        container,
        newest,
        look.deadline.capped(TIME_LIMIT),
        |line| {
            if newer(line.at) {
                reader.read(line, Care::Everything);
            }
        },
    )
    .await?;
    reader.cut(match rest {
        None => format!("read {limit} from its beginning and the last {NEWEST_LINES} lines, not what lies between"),
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
    let mut stream = look.engine.log(&container.id, range, deadline).await?;
    let mut lines = Lines::new(framing);
    let mut bytes = 0;
    let cut = loop {
        match stream.next(deadline).await {
            Ok(Some(chunk)) => {
                lines.push(&chunk, &mut take);
                bytes += chunk.len();
                if bytes > BYTE_LIMIT {
                    break Some(Cut::Bytes);
                }
            }
            Ok(None) => break None,
            // What has arrived is worth having.
            Err(error) if error.is_timeout() && bytes > 0 => break Some(Cut::Time),
            Err(error) => return Err(error),
        }
    };
    if cut.is_none() {
        lines.finish(&mut take);
    }
    Ok(cut)
}

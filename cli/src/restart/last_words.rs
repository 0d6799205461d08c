//! What a container said last, which mostly tells why it ended.

use std::time::Duration;

use ptctl_diagnosis::snapshot::Container;

use crate::{
    clients::{
        cause::on_one_line,
        deadline::Deadline,
        docker::{Engine, EngineError, LogRange},
    },
    logs::{Framing, Lines, RawLine, quoted},
};

/// So many lines are read: the last ones may be empty.
const LINES: u32 = 5;
/// A log that takes longer is not waited for.
const LIMIT: Duration = Duration::from_secs(3);

/// The last line of its log that is not empty, as the end of a sentence on how it ended.
pub(crate) async fn last_words(engine: &Engine, container: &Container) -> String {
    match last_line(engine, container).await {
        Ok(Some(line)) => format!("; its last line: {line}"),
        Ok(None) => "; its log is empty".to_owned(),
        Err(error) => format!("; its log could not be read: {}", on_one_line(&error)),
    }
}

async fn last_line(engine: &Engine, container: &Container) -> Result<Option<String>, EngineError> {
    let deadline = Deadline::after(LIMIT);
    let range = LogRange::Last {
        lines: LINES,
        since: None,
    };
    let framing = if container.tty {
        Framing::Plain
    } else {
        Framing::Frames
    };
    let mut stream = engine.log(&container.id, range, deadline).await?;
    let mut lines = Lines::new(framing);
    let mut last = None;
    let mut take = |line: RawLine<'_>| {
        if !line.bytes.trim_ascii().is_empty() {
            last = Some(quoted(line.bytes));
        }
    };
    while let Some(chunk) = stream.next(deadline).await? {
        lines.push(&chunk, &mut take);
    }
    lines.finish(&mut take);
    Ok(last)
}

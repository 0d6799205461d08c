//! The last lines of a container that ended.

use ptctl_diagnosis::{redact, snapshot::Container};

use crate::{
    clients::{
        deadline::Deadline,
        docker::{Engine, EngineError, LogRange},
    },
    logs::{Framing, Lines, RawLine},
};

/// So many say why.
const LINES: u32 = 5;

/// The last lines of its log, secrets redacted.
pub(crate) async fn last_lines(
    engine: &Engine,
    container: &Container,
    deadline: Deadline,
) -> Result<Vec<String>, EngineError> {
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
    let mut kept = Vec::new();
    let mut keep = |line: RawLine<'_>| {
        let line = redact::text(String::from_utf8_lossy(line.bytes).trim());
        if !line.is_empty() && !kept.contains(&line) {
            kept.push(line);
        }
    };
    while let Some(chunk) = stream.next(deadline).await? {
        lines.push(&chunk, &mut keep);
    }
    lines.finish(&mut keep);
    Ok(kept)
}

//! `ptctl trace show`.

use jiff::Timestamp;
use ptctl_diagnosis::trace::{Folding, Trace, TraceId, explore_link};

use super::{
    super::{
        backends::{request, unanswered},
        look::failed,
    },
    logs::{NamedLines, lines_of},
};
use crate::{
    cli::{Format, Global, ShowTrace},
    clients::{cause::on_one_line, deadline::Deadline, tempo::StoredTrace},
    error::CommandError,
    exit::Exit,
    gather::{Beside, Door, Doors, doors},
    output::Output,
    render::{self, Dates, Detail, ShownTrace},
};

/// So many rows of a trace are read by a person; more have to be asked for.
const ROWS: usize = 200;

pub(super) async fn run(
    global: &Global,
    args: ShowTrace,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let request = request(global, args.way.clone())?;
    let asked_at = Timestamp::now();
    let deadline = Deadline::after(request.timeout);
    output.progress("reading the trace …");
    let doors = doors(&request, Beside::Stack)
        .await
        .map_err(|source| failed(&request, deadline, source))?;
    let found = find(&doors, args.id, deadline).await;
    for deed in doors.close().await {
        output.note(&deed);
    }
    let (door, stored) = found?;
    let StoredTrace {
        spans,
        unreadable,
        partial,
        credentials: _,
    } = stored;
    let trace = Trace::new(args.id, spans).ok_or_else(|| no_such_trace(args.id, &doors))?;
    let around = match &doors.stack {
        Some(Ok(around)) => Some(around),
        Some(Err(_)) | None => None,
    };
    let mut grafanas = around.into_iter().flat_map(|around| &around.grafanas);
    let grafana = grafanas.find_map(|grafana| explore_link(grafana, &door.name, &trace));
    let logs = match around.filter(|_| args.logs) {
        Some(around) => Some(lines_of(&trace, &around.shelf, asked_at, deadline).await?),
        None => None,
    };
    let shown = ShownTrace {
        trace: &trace,
        tempo: &door.name,
        reached: &door.reached,
        unreadable,
        partial: partial.as_deref(),
        grafana,
    };
    let text = match args.output.output {
        Format::Table => {
            let mut page = output.page();
            let folding = if args.all {
                Folding::None
            } else {
                Folding::Rows(ROWS)
            };
            render::trace(&mut page, &shown, &details(&args), folding);
            let mut text = page.into_text();
            if let Some(logs) = &logs {
                text.push_str(&rows(logs, output));
            }
            text
        }
        Format::Json => {
            let lines = logs.as_ref().map(NamedLines::objects);
            render::json(&shown.answer(lines).document()).map_err(CommandError::Json)?
        }
    };
    output.answer(&text)?;
    if let Some(Err(error)) = &doors.stack
        && args.logs
    {
        output.note(&format!(
            "warning: no logs can be read: {}",
            on_one_line(error)
        ));
        return Ok(Exit::Blind);
    }
    let Some(logs) = logs else {
        return Ok(Exit::Ok);
    };
    for note in &logs.notes {
        output.note(note);
    }
    Ok(logs.exit)
}

fn details(args: &ShowTrace) -> Vec<Detail> {
    let events = args.events.then_some(Detail::Events);
    let attributes = args.attributes.then_some(Detail::Attributes);
    events.into_iter().chain(attributes).collect()
}

/// The first backend that has the trace.
async fn find(
    doors: &Doors,
    id: TraceId,
    deadline: Deadline,
) -> Result<(&Door, StoredTrace), CommandError> {
    if let Some(reason) = doors.all_closed() {
        return Err(CommandError::NoTempo(reason));
    }
    match doors.stored_trace(id, deadline).await {
        Ok(Some(found)) => Ok(found),
        Err((door, fault)) => Err(unanswered(door, fault)),
        // Whoever could not be asked may have it.
        Ok(None) => Err(match doors.closed.first() {
            Some((name, why)) => CommandError::NoTempo(format!("`{name}`: {why}")),
            None => no_such_trace(id, doors),
        }),
    }
}

fn no_such_trace(id: TraceId, doors: &Doors) -> CommandError {
    CommandError::NoSuchTrace {
        id,
        asked: doors.open.iter().map(|door| door.name.clone()).collect(),
    }
}

/// The lines for people.
fn rows(logs: &NamedLines, output: &Output) -> String {
    let mut text = String::from("\n");
    let rows = output.log_rows(&logs.names, Dates::Left);
    for (log, line) in &logs.lines {
        text.push_str(&rows.row(*log, line));
    }
    if logs.lines.is_empty() {
        text.push_str("no line of the stack's logs names this trace\n");
    }
    text
}

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
    gather::{Beside, Door, Doors, TraceParts, doors},
    output::Output,
    render::{self, Detail, Holder, ShownTrace},
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
    let parts = match doors.all_closed() {
        Some(reason) => Err(CommandError::NoTempo(reason)),
        None => Ok(doors.stored_trace(args.id, deadline).await),
    };
    for deed in doors.close().await {
        output.note(&deed);
    }
    let found = Found::of(args.id, &doors, parts?, output)?;
    let logs = if args.logs {
        Some(match &doors.stack {
            Some(Ok(around)) => lines_of(&found.trace, &around.shelf, asked_at, deadline).await,
            Some(Err(error)) => NamedLines::unread(&on_one_line(error)),
            None => NamedLines::unread("the stack was not looked at"),
        })
    } else {
        None
    };
    let text = text(&args, &found, &doors, logs.as_ref(), output)?;
    output.answer(&text)?;
    for note in logs.iter().flat_map(|logs| &logs.notes) {
        output.note(&format!("warning: {note}"));
    }
    // Whoever was not asked may have more.
    Ok(if found.unasked.is_empty() {
        logs.map_or(Exit::Ok, |logs| logs.exit)
    } else {
        Exit::Blind
    })
}

/// A trace as all backends have it together.
struct Found<'d> {
    trace: Trace,
    holders: Vec<&'d Door>,
    unreadable: usize,
    partial: Option<String>,
    unasked: Vec<String>,
}

impl<'d> Found<'d> {
    /// Puts together what the backends have. Where none has any, each that could not be asked is told.
    fn of(
        id: TraceId,
        doors: &'d Doors,
        parts: TraceParts<'d>,
        output: &mut Output,
    ) -> Result<Self, CommandError> {
        let TraceParts { found, faults } = parts;
        let mut failures: Vec<CommandError> = faults
            .into_iter()
            .map(|(door, fault)| unanswered(door, fault))
            .collect();
        let holders: Vec<&Door> = found.iter().map(|(door, _)| *door).collect();
        let stored = StoredTrace::joined(found.into_iter().map(|(_, stored)| stored));
        let error = if stored.is_none() && !failures.is_empty() {
            Some(failures.remove(0))
        } else {
            None
        };
        let failures = failures.iter().map(|failure| on_one_line(failure));
        let unasked: Vec<String> = failures.chain(doors.unasked()).collect();
        let Some(stored) = stored else {
            return Err(match (error, &unasked[..]) {
                (None, []) => CommandError::NoSuchTrace {
                    id,
                    asked: names(&doors.open),
                },
                (None, unasked) => CommandError::NoTempo(unasked.join("; ")),
                (Some(error), unasked) => {
                    for why in unasked {
                        output.note(&format!("warning: {why}"));
                    }
                    error
                }
            });
        };
        let StoredTrace {
            spans,
            unreadable,
            partial,
            credentials: _,
        } = stored;
        let Some(trace) = Trace::new(id, spans) else {
            let why = match (partial, unreadable) {
                (Some(reason), 0) => format!("Tempo left all its spans out: {reason}"),
                (_, 1) => "its one span has no id that can be read".to_owned(),
                (_, spans) => format!("none of its {spans} spans has an id that can be read"),
            };
            let asked = names(holders);
            return Err(CommandError::UnreadableTrace { id, asked, why });
        };
        Ok(Self {
            trace,
            holders,
            unreadable,
            partial,
            unasked,
        })
    }
}

fn names<'d>(doors: impl IntoIterator<Item = &'d Door>) -> Vec<String> {
    let doors = doors.into_iter();
    doors.map(|door| door.name.clone()).collect()
}

/// The trace as it is wanted.
fn text(
    args: &ShowTrace,
    found: &Found<'_>,
    doors: &Doors,
    logs: Option<&NamedLines>,
    output: &Output,
) -> Result<String, CommandError> {
    let shown = ShownTrace {
        trace: &found.trace,
        holders: (found.holders.iter())
            .map(|door| Holder {
                tempo: &door.name,
                reached: &door.reached,
            })
            .collect(),
        unasked: &found.unasked,
        unreadable: found.unreadable,
        partial: found.partial.as_deref(),
        grafana: link(found, doors),
    };
    match args.output.output {
        Format::Table => {
            let mut page = output.page();
            let folding = if args.all {
                Folding::None
            } else {
                Folding::Rows(ROWS)
            };
            render::trace(&mut page, &shown, &details(args), folding);
            let mut text = page.into_text();
            if let Some(logs) = logs {
                text.push_str(&logs.rows(output));
            }
            Ok(text)
        }
        Format::Json => {
            let logs = logs.map(NamedLines::shown);
            render::json(&shown.answer(logs).document()).map_err(CommandError::Json)
        }
    }
}

/// The page of the trace in the first Grafana that asks a backend which has it.
fn link(found: &Found<'_>, doors: &Doors) -> Option<String> {
    let Some(Ok(around)) = &doors.stack else {
        return None;
    };
    let others: Vec<&str> = doors.names().collect();
    around.grafanas.iter().find_map(|grafana| {
        let mut holders = found.holders.iter();
        holders.find_map(|door| explore_link(grafana, &door.name, &others, &found.trace))
    })
}

fn details(args: &ShowTrace) -> Vec<Detail> {
    let events = args.events.then_some(Detail::Events);
    let attributes = args.attributes.then_some(Detail::Attributes);
    events.into_iter().chain(attributes).collect()
}

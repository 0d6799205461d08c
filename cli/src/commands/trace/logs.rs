//! The lines of a stack's logs that name a trace.

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{snapshot::Container, trace::Trace};

use crate::{
    clients::{cause::on_one_line, deadline::Deadline},
    commands::logs::{chosen, exit, gaps, log_names},
    exit::Exit,
    feed::{FeedLine, Merged},
    gather::LogShelf,
    logs::{TimeRange, Wanted},
    output::Output,
    render::{Dates, LogName, LogObject, ShownLogs, moment},
};

/// Clocks may be out of step by so much, and what is done after the answer is logged later.
const BEFORE: SignedDuration = SignedDuration::from_mins(1);
const AFTER: SignedDuration = SignedDuration::from_mins(5);

/// Lines that name a trace, by time.
pub(super) struct NamedLines {
    /// The logs.
    pub(super) names: Vec<LogName>,
    /// Each line with the number of its log.
    pub(super) lines: Vec<(usize, FeedLine)>,
    /// What could not be read.
    pub(super) notes: Vec<String>,
    /// How that ends the command.
    pub(super) exit: Exit,
}

impl NamedLines {
    /// Nothing could be read.
    pub(super) fn unread(why: &str) -> Self {
        Self {
            names: Vec::new(),
            lines: Vec::new(),
            notes: vec![format!("no log was read: {why}")],
            exit: Exit::Blind,
        }
    }

    /// The lines for programs.
    pub(super) fn shown(&self) -> ShownLogs<'_> {
        ShownLogs {
            lines: self
                .lines
                .iter()
                .map(|(log, line)| LogObject::of(&self.names[*log], line))
                .collect(),
            notes: &self.notes,
        }
    }

    /// The lines for people.
    pub(super) fn rows(&self, output: &Output) -> String {
        let mut text = String::from("\n");
        let times = self.lines.iter().filter_map(|(_, line)| line.at);
        let rows = output.log_rows(&self.names, Dates::among(times));
        for (log, line) in &self.lines {
            text.push_str(&rows.row(*log, line));
        }
        if self.lines.is_empty() {
            text.push_str(if self.notes.is_empty() {
                "no line of the stack's logs names this trace\n"
            } else {
                "no line that was read names this trace\n"
            });
        }
        text
    }
}

/// Reads what the stack's containers logged around a trace's time. What Tempo logs of being asked for it, from
/// `asked_at` on, says nothing of the trace.
pub(super) async fn lines_of(
    trace: &Trace,
    shelf: &LogShelf,
    asked_at: Timestamp,
    deadline: Deadline,
) -> NamedLines {
    let range = match range(trace, asked_at) {
        Ok(range) => range,
        Err(why) => return NamedLines::unread(why),
    };
    let containers: Vec<Container> = match chosen(&shelf.containers, &[]) {
        Ok(containers) if containers.is_empty() => {
            return NamedLines::unread("no container has to do with tracing");
        }
        Ok(containers) => containers,
        Err(error) => return NamedLines::unread(&on_one_line(&error)),
    };
    let wanted = Wanted {
        trace: Some(trace.id().to_string()),
        ..Wanted::default()
    };
    let mut merged = Merged::open(shelf, &containers, &wanted, range, deadline);
    let mut lines = Vec::new();
    while let Some(line) = merged.next().await {
        lines.push(line);
    }
    let ends = merged.ends();
    let undescribed = shelf
        .undescribed
        .iter()
        .map(|(name, error)| format!("`{name}`: {}", on_one_line(&error.fault)));
    let missing = containers.iter().zip(&ends).flat_map(|(container, end)| {
        let name = container.display_name();
        let gaps = gaps(container, end, range).into_iter();
        gaps.map(move |gap| format!("`{name}`: {gap}"))
    });
    NamedLines {
        notes: undescribed.chain(missing).collect(),
        exit: exit(&ends, deadline),
        names: log_names(&containers),
        lines,
    }
}

/// The time in which a trace may be named.
fn range(trace: &Trace, asked_at: Timestamp) -> Result<TimeRange, &'static str> {
    let extent = trace.extent();
    let (Some(start), Some(end)) = (moment(extent.start), moment(extent.end)) else {
        return Err("no span of the trace says when it ran");
    };
    let range = TimeRange {
        since: start.checked_sub(BEFORE).unwrap_or(start),
        until: end.checked_add(AFTER).unwrap_or(end).min(asked_at),
    };
    if range.since < range.until {
        Ok(range)
    } else {
        Err("by its times the trace has not begun yet")
    }
}

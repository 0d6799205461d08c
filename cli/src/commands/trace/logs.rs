//! The lines of a stack's logs that name a trace.

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{snapshot::Container, trace::Trace};

use crate::{
    clients::{cause::on_one_line, deadline::Deadline},
    commands::logs::{chosen, exit, gaps, log_names},
    error::CommandError,
    exit::Exit,
    feed::{FeedLine, Merged},
    gather::LogShelf,
    logs::{TimeRange, Wanted},
    render::{LogName, LogObject},
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
    /// The lines for programs.
    pub(super) fn objects(&self) -> Vec<LogObject<'_>> {
        self.lines
            .iter()
            .map(|(log, line)| LogObject::of(&self.names[*log], line))
            .collect()
    }
}

/// Reads what the stack's containers logged around a trace's time. What Tempo logs of being asked for it, from
/// `asked_at` on, says nothing of the trace.
pub(super) async fn lines_of(
    trace: &Trace,
    shelf: &LogShelf,
    asked_at: Timestamp,
    deadline: Deadline,
) -> Result<NamedLines, CommandError> {
    let range = range(trace, asked_at);
    let containers: Vec<Container> = chosen(&shelf.containers, &[])?;
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
    Ok(NamedLines {
        notes: undescribed.chain(missing).collect(),
        exit: exit(&ends, deadline),
        names: log_names(&containers),
        lines,
    })
}

fn range(trace: &Trace, asked_at: Timestamp) -> TimeRange {
    let extent = trace.extent();
    let moment = |nanoseconds: u64| {
        Timestamp::from_nanosecond(i128::from(nanoseconds)).unwrap_or(Timestamp::UNIX_EPOCH)
    };
    let (start, end) = (moment(extent.start), moment(extent.end));
    TimeRange {
        since: start.checked_sub(BEFORE).unwrap_or(start),
        until: end.checked_add(AFTER).unwrap_or(end).min(asked_at),
    }
}

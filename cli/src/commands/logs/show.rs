//! `ptctl logs`: the lines of a stack's logs, merged by time.

use std::io::{self, BufWriter, IsTerminal, Write};

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{
    export::tracing_signs,
    snapshot::{Container, Role},
};

use crate::{
    cli::{Format, Global, LineLevel, ShowLogs},
    clients::{cause::on_one_line, deadline::Deadline},
    error::CommandError,
    exit::Exit,
    feed::{End, FeedLine, Followed, Merged, News, follow},
    gather::{Depth, shelf},
    logs::{Endpoints, Level, TimeRange, Wanted},
    output::Output,
    render::{Dates, LogName, LogObject, LogRows, clock},
    settings,
};

/// A program may say nothing for so long.
const QUIET: SignedDuration = SignedDuration::from_secs(60);

pub(super) async fn run(
    global: &Global,
    args: ShowLogs,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let since = args.since.map_or(settings::DEFAULT_SINCE, |since| *since);
    // Which services is decided here: the traced ones are only the default.
    let request = settings::request(global, &[], Depth::Description, since)?;
    let shelf = shelf(&request).await.map_err(CommandError::Gather)?;
    let containers = chosen(&shelf.containers, &args.services)?;
    for (name, error) in &shelf.undescribed {
        output.note(&format!("`{name}`: {}", on_one_line(&error.fault)));
    }
    let wanted = Wanted {
        errors: args.errors.then(|| Endpoints::of(&shelf.containers)),
        level: args.level.map(Level::from),
        trace: args.trace,
    };
    let range = window(since);
    let mut printer = Printer::new(output, args.output.output, &containers, range);
    let deadline = Deadline::after(request.timeout);
    let mut merged = Merged::open(&shelf, &containers, &wanted, range, deadline);
    while let Some((log, line)) = merged.next().await {
        if let Err(failure) = printer.print(log, &line) {
            return failure.ends();
        }
    }
    if let Err(failure) = printer.flush() {
        return failure.ends();
    }
    let ends = merged.ends();
    for (container, end) in containers.iter().zip(&ends) {
        for gap in gaps(container, end, range) {
            output.note(&format!("`{}`: {gap}", container.display_name()));
        }
    }
    if printer.lines == 0 && !args.follow {
        output.note("no such line in the window");
    }
    if args.follow {
        let logs = containers.iter().cloned().zip(&ends);
        let logs = logs.map(|(container, end)| Followed {
            container,
            shown_until: end.last_at.unwrap_or(range.until),
        });
        let show = |news| {
            match news {
                News::Lines(lines) => {
                    for (log, line) in &lines {
                        printer.print(*log, line)?;
                    }
                }
                News::Trouble(log, reason) => {
                    output.note(&format!("`{}`: {reason}", containers[log].display_name()));
                }
            }
            printer.flush()
        };
        if let Err(failure) = follow(&shelf.engine, logs.collect(), &wanted, show).await {
            return failure.ends();
        }
    }
    Ok(exit(&ends, deadline))
}

/// What of a window was not there to be read.
pub(in crate::commands) fn gaps(container: &Container, end: &End, range: TimeRange) -> Vec<String> {
    let started_at = container.state.started_at.unwrap_or(range.since);
    let thrown_away = end
        .begins_late
        .filter(|first| first.duration_since(started_at.max(range.since)) > QUIET)
        .map(|first| {
            format!(
                "nothing is left of what it said before {}: the log was rotated",
                clock(first, range.until)
            )
        });
    end.left_out
        .clone()
        .into_iter()
        .chain(thrown_away)
        .collect()
}

/// Blind where no log could be read at all; late where there was no time for all of it.
pub(in crate::commands) fn exit(ends: &[End], deadline: Deadline) -> Exit {
    let is_unread = |end: &End| end.left_out.is_some() && end.last_at.is_none();
    if !ends.is_empty() && ends.iter().all(is_unread) {
        Exit::Blind
    } else if deadline.has_passed() && ends.iter().any(|end| end.left_out.is_some()) {
        Exit::Deadline
    } else {
        Exit::Ok
    }
}

fn window(since: std::time::Duration) -> TimeRange {
    let until = Timestamp::now();
    let length = SignedDuration::try_from(since).unwrap_or(SignedDuration::MAX);
    TimeRange {
        since: until.checked_sub(length).unwrap_or(Timestamp::UNIX_EPOCH),
        until,
    }
}

/// The containers asked for, or all that have to do with tracing.
pub(in crate::commands) fn chosen(
    containers: &[Container],
    names: &[String],
) -> Result<Vec<Container>, CommandError> {
    let is_named = |container: &Container, name: &String| {
        container.name == *name || container.service.as_ref() == Some(name)
    };
    let missing: Vec<String> = names
        .iter()
        .filter(|name| !containers.iter().any(|container| is_named(container, name)))
        .cloned()
        .collect();
    if !missing.is_empty() {
        return Err(CommandError::NoSuchService {
            names: missing,
            known: containers
                .iter()
                .map(|container| container.display_name().to_owned())
                .collect(),
        });
    }
    let is_wanted = |container: &&Container| match names {
        [] => container.role != Role::Service || !tracing_signs(container).is_empty(),
        names => names.iter().any(|name| is_named(container, name)),
    };
    Ok(containers.iter().filter(is_wanted).cloned().collect())
}

/// What the lines of each container are headed with.
pub(in crate::commands) fn log_names(containers: &[Container]) -> Vec<LogName> {
    containers
        .iter()
        .map(|container| {
            let mut others = containers.iter().filter(|other| other.id != container.id);
            let is_shared = others.any(|other| other.display_name() == container.display_name());
            let label = if is_shared {
                &container.name
            } else {
                container.display_name()
            };
            LogName {
                label: label.to_owned(),
                container: container.name.clone(),
            }
        })
        .collect()
}

/// Why printing ended.
#[derive(Debug)]
enum Failure {
    Write(io::Error),
    Json(serde_json::Error),
}

impl Failure {
    fn ends(self) -> Result<Exit, CommandError> {
        match self {
            // A reader that went away, such as `head`, is no failure.
            Self::Write(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Ok),
            Self::Write(error) => Err(CommandError::Stdout(error)),
            Self::Json(error) => Err(CommandError::Json(error)),
        }
    }
}

/// Writes lines to standard output.
struct Printer {
    stdout: BufWriter<io::Stdout>,
    is_watched: bool,
    format: Format,
    names: Vec<LogName>,
    rows: LogRows,
    lines: u64,
}

impl Printer {
    fn new(output: &Output, format: Format, containers: &[Container], range: TimeRange) -> Self {
        let names = log_names(containers);
        let day = SignedDuration::from_hours(12);
        let dates = if range.until.duration_since(range.since) > day {
            Dates::Shown
        } else {
            Dates::Left
        };
        Self {
            stdout: BufWriter::with_capacity(64 << 10, io::stdout()),
            is_watched: io::stdout().is_terminal(),
            format,
            rows: output.log_rows(&names, dates),
            names,
            lines: 0,
        }
    }

    fn print(&mut self, log: usize, line: &FeedLine) -> Result<(), Failure> {
        self.lines += 1;
        match self.format {
            Format::Table => {
                let row = self.rows.row(log, line);
                self.stdout
                    .write_all(row.as_bytes())
                    .map_err(Failure::Write)?;
            }
            Format::Json => {
                let object = LogObject::of(&self.names[log], line);
                let text = serde_json::to_string(&object).map_err(Failure::Json)?;
                writeln!(self.stdout, "{text}").map_err(Failure::Write)?;
            }
        }
        if self.is_watched {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.stdout.flush().map_err(Failure::Write)
    }
}

impl From<LineLevel> for Level {
    fn from(level: LineLevel) -> Self {
        match level {
            LineLevel::Trace => Self::Trace,
            LineLevel::Debug => Self::Debug,
            LineLevel::Info => Self::Info,
            LineLevel::Warn => Self::Warn,
            LineLevel::Error => Self::Error,
        }
    }
}

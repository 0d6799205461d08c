//! What the log of a container says: the window, and the first minute after a start that lies before it.
//!
//! The engine streams 15 to 36 MB/s and finds the beginning of a window by reading from the log's own beginning, so
//! that all containers are read at once, each bounded in bytes and time. Where the log files can be read directly, a
//! faster source will stand beside this one.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{
    export::ExportSettings,
    export_errors::Context,
    observed::{Gap, Observed, Probe},
    snapshot::{Container, LogFacts, Role, Status},
    subject::Subject,
};

use super::Look;
use crate::{
    clients::{
        cause::on_one_line,
        deadline::Deadline,
        docker::{EngineError, LogRange},
    },
    logs::{Framing, Lines, LogReader, Run, Scope},
};

/// More of one range of a log is not read.
const BYTE_LIMIT: usize = 24 << 20;
/// No range of a log is read for longer.
const TIME_LIMIT: Duration = Duration::from_secs(8);
/// After a range was cut, so many of the newest lines are read.
const NEWEST_LINES: u32 = 2000;
/// Of a log that says nothing in its window, so many lines are shown.
const SHOWN_LINES: u32 = 20;
/// Services say how their tracing begins within this time of their start.
const START_UP: SignedDuration = SignedDuration::from_secs(60);
/// The end of a container that ended before the window.
const END: SignedDuration = SignedDuration::from_secs(60);

/// The endpoints of a stack, for telling whose failed connection a line is about.
#[derive(Debug, Default)]
pub(crate) struct Endpoints {
    context: Context,
    authorities: Vec<String>,
}

impl Endpoints {
    /// The endpoints that these containers are configured with.
    pub(crate) fn of(containers: &[Container]) -> Self {
        let mut authorities: Vec<String> = containers
            .iter()
            .filter_map(|container| {
                let settings = ExportSettings::of(container);
                let settings = settings.known()?;
                let endpoint = settings.endpoint.as_ref().ok()?;
                let host = endpoint.host.to_lowercase();
                Some(match settings.port() {
                    Some(port) => format!("{host}:{port}"),
                    None => host,
                })
            })
            .collect();
        authorities.sort();
        authorities.dedup();
        Self {
            context: Context::with_endpoints(authorities.clone()),
            authorities,
        }
    }
}

/// Reads the log of one container.
pub(crate) async fn of(
    look: &Look<'_>,
    container: &Container,
    endpoints: &Endpoints,
) -> Observed<LogFacts> {
    let name = container.display_name().to_owned();
    let (scope, subject) = match container.role {
        Role::Tempo => (Scope::Receiver, Subject::Tempo(name)),
        Role::Collector => (Scope::Receiver, Subject::Collector(name)),
        Role::Grafana => (Scope::Service, Subject::Grafana(name)),
        Role::Loki => (Scope::Service, Subject::Loki(name)),
        Role::Prometheus => (Scope::Service, Subject::Prometheus(name)),
        Role::Service => (Scope::Service, Subject::Service(name)),
    };
    let gap = |reason: String| Observed::Unknown(Gap::new(Probe::Logs, subject.clone(), reason));
    let Some(started_at) = container.state.started_at else {
        return gap("the container was never started".to_owned());
    };
    let run = Run {
        role: container.role,
        started_at: Some(started_at),
        ended_at: container.state.finished_at,
        has_failed: !matches!(container.state.exit_code, 0 | 130 | 137 | 143)
            || container.state.restart_count > 0,
        read_at: look.taken_at,
    };
    let mut reader = LogReader::new(scope, run, &endpoints.context, &endpoints.authorities);
    let window = Window {
        since: look.since,
        now: look.taken_at,
    };
    let runs = matches!(
        container.state.status,
        Status::Running | Status::Paused | Status::Restarting
    );
    let ended_at = container.state.finished_at.filter(|_| !runs);
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
        for range in ranges(window, started_at, ended_at) {
            if let Err(error) = read_range(look, container, range, &mut reader).await {
                return gap(on_one_line(&error.fault));
            }
        }
    }
    // A quiet log still has an end to show.
    if reader.lines() == 0 {
        let range = LogRange::Last {
            lines: SHOWN_LINES,
            since: None,
        };
        let deadline = look.deadline.capped(TIME_LIMIT);
        let shown = stream(look, container, range, deadline, |line| reader.keep(line)).await;
        if let Err(error) = shown {
            return gap(on_one_line(&error.fault));
        }
    }
    Observed::Known(reader.finish())
}

/// The window of a look.
#[derive(Debug, Clone, Copy)]
struct Window {
    since: Timestamp,
    now: Timestamp,
}

/// The parts of a log that are read, oldest first and without overlap; `ended_at` is of a container that does not run.
fn ranges(window: Window, started_at: Timestamp, ended_at: Option<Timestamp>) -> Vec<LogRange> {
    let plus = |at: Timestamp, span| at.checked_add(span).unwrap_or(window.now);
    let mut parts: Vec<(Timestamp, Timestamp)> = vec![(started_at, plus(started_at, START_UP))];
    if let Some(ended_at) = ended_at {
        let before = ended_at.checked_sub(END).unwrap_or(ended_at);
        parts.push((before, plus(ended_at, SignedDuration::from_secs(2))));
    }
    parts.push((window.since, window.now));
    parts.sort();
    let mut apart: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (since, until) in parts {
        match apart.last_mut() {
            Some((_, end)) if since <= *end => *end = until.max(*end),
            Some(_) | None => apart.push((since, until)),
        }
    }
    apart
        .into_iter()
        .map(|(since, until)| LogRange::Between { since, until })
        .collect()
}

/// Why a range was not read to its end.
enum Cut {
    Bytes,
    Time,
}

async fn read_range(
    look: &Look<'_>,
    container: &Container,
    range: LogRange,
    reader: &mut LogReader<'_>,
) -> Result<(), EngineError> {
    let deadline = look.deadline.capped(TIME_LIMIT);
    let cut = stream(look, container, range, deadline, |line| reader.read(line)).await?;
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
                reader.read(line);
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
    mut take: impl FnMut(crate::logs::RawLine<'_>),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_795_338_000 + minute * 60).expect("a time of this century")
    }

    fn minutes(ranges: &[LogRange]) -> Vec<(i64, i64)> {
        ranges
            .iter()
            .map(|range| match range {
                LogRange::Between { since, until } => {
                    let minute = |time: &Timestamp| (time.as_second() - at(0).as_second()) / 60;
                    (minute(since), minute(until))
                }
                LogRange::Last { .. } => panic!("not a window"),
            })
            .collect()
    }

    #[test]
    fn the_first_minute_after_a_start_is_read_beside_the_window() {
        let window = Window {
            since: at(60),
            now: at(120),
        };
        assert_eq!(minutes(&ranges(window, at(0), None)), [(0, 1), (60, 120)]);
        assert_eq!(minutes(&ranges(window, at(60), None)), [(60, 120)]);
        assert_eq!(minutes(&ranges(window, at(100), None)), [(60, 120)]);
    }

    #[test]
    fn the_end_of_what_ended_long_ago_is_read_too() {
        let window = Window {
            since: at(60),
            now: at(120),
        };
        assert_eq!(
            minutes(&ranges(window, at(0), Some(at(30)))),
            [(0, 1), (29, 30), (60, 120)]
        );
    }
}

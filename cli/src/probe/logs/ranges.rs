//! Which parts of a log are read.

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::snapshot::{Container, Status};

use crate::{
    logs::{TimeRange, first_moment},
    probe::Look,
};

/// Services say how their tracing begins within this time of their start.
const START_UP: SignedDuration = SignedDuration::from_secs(60);
/// The end of a container that ended before the window.
const END: SignedDuration = SignedDuration::from_secs(60);
/// The last words of a process may be noted a little after its end.
const LAST_WORDS: SignedDuration = SignedDuration::from_secs(2);

/// The parts of a container's log that a look reads, oldest first; `None` for a container that was never started.
pub(super) fn of(look: &Look<'_>, container: &Container) -> Option<Vec<TimeRange>> {
    let runs = matches!(
        container.state.status,
        Status::Running | Status::Paused | Status::Restarting
    );
    let ended_at = container.state.finished_at.filter(|_| !runs);
    let window = TimeRange {
        since: look.since,
        until: look.taken_at,
    };
    let started_at = first_moment(container.state.started_at?, container.state.finished_at);
    Some(ranges(window, started_at, ended_at))
}

/// The parts without overlap; `ended_at` is of a container that does not run.
fn ranges(window: TimeRange, started_at: Timestamp, ended_at: Option<Timestamp>) -> Vec<TimeRange> {
    let plus = |at: Timestamp, span| at.checked_add(span).unwrap_or(window.until);
    let mut parts = vec![TimeRange {
        since: started_at,
        until: plus(started_at, START_UP),
    }];
    if let Some(ended_at) = ended_at {
        parts.push(TimeRange {
            since: ended_at.checked_sub(END).unwrap_or(ended_at),
            until: plus(ended_at, LAST_WORDS),
        });
    }
    parts.push(window);
    parts.sort_by_key(|part| part.since);
    let mut apart: Vec<TimeRange> = Vec::new();
    for part in parts {
        match apart.last_mut() {
            Some(last) if part.since <= last.until => last.until = part.until.max(last.until),
            Some(_) | None => apart.push(part),
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_795_338_000 + minute * 60).expect("a time of this century")
    }

    fn minutes(ranges: &[TimeRange]) -> Vec<(i64, i64)> {
        let minute = |time: Timestamp| (time.as_second() - at(0).as_second()) / 60;
        ranges
            .iter()
            .map(|range| (minute(range.since), minute(range.until)))
            .collect()
    }

    const fn window(since: Timestamp, until: Timestamp) -> TimeRange {
        TimeRange { since, until }
    }

    #[test]
    fn the_first_minute_after_a_start_is_read_beside_the_window() {
        let window = window(at(60), at(120));
        assert_eq!(minutes(&ranges(window, at(0), None)), [(0, 1), (60, 120)]);
        assert_eq!(minutes(&ranges(window, at(60), None)), [(60, 120)]);
        assert_eq!(minutes(&ranges(window, at(100), None)), [(60, 120)]);
    }

    #[test]
    fn the_end_of_what_ended_long_ago_is_read_too() {
        let window = window(at(60), at(120));
        assert_eq!(
            minutes(&ranges(window, at(0), Some(at(30)))),
            [(0, 1), (29, 30), (60, 120)]
        );
    }
}

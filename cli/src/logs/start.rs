//! From when on the lines of a log are those of a container's last run.

use jiff::{SignedDuration, Timestamp};

/// The engine notes a start once it knows that the process runs. What that has printed by then has an earlier time, by
/// some tens of milliseconds where the machine is busy.
const NOTED_WITHIN: SignedDuration = SignedDuration::from_millis(500);

/// When the first line of a run may have been printed; `ended_at` is the container's last end, before this run or of it.
pub(crate) fn first_moment(started_at: Timestamp, ended_at: Option<Timestamp>) -> Timestamp {
    let first = started_at.checked_sub(NOTED_WITHIN).unwrap_or(started_at);
    match ended_at {
        // The last words of the run before are not this one's.
        Some(ended_at) if ended_at < started_at => first.max(ended_at),
        Some(_) | None => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(1_795_338_000_000 + millisecond)
            .expect("a time of this century")
    }

    #[test]
    fn a_line_from_before_the_noted_start_is_of_the_run_unless_the_one_before_printed_it() {
        assert_eq!(first_moment(at(0), None), at(-500));
        assert_eq!(first_moment(at(0), Some(at(-90_000))), at(-500));
        assert_eq!(first_moment(at(0), Some(at(-100))), at(-100));
        assert_eq!(first_moment(at(0), Some(at(2000))), at(-500));
    }
}

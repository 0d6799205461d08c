//! Times and spans of time as a person reads them.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// How long before `now` something was: `12 s ago`, `3 min ago`, `5 h ago`, `2 d ago`.
pub fn age(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs();
    if seconds < 0 {
        return format!(
            "{} ahead of this clock",
            span(SignedDuration::from_secs(-seconds))
        );
    }
    format!("{} ago", span(SignedDuration::from_secs(seconds)))
}

/// A span of time in its largest unit that is at least one: `90 s`, `12 min`, `5 h`, `8 d`.
pub(super) fn span(length: SignedDuration) -> String {
    let seconds = length.as_secs();
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A moment in UTC: the time alone on the day of `now`, else with its date.
pub fn clock(at: Timestamp, now: Timestamp) -> String {
    let (at, now) = (at.to_zoned(TimeZone::UTC), now.to_zoned(TimeZone::UTC));
    if at.date() == now.date() {
        at.strftime("%H:%M:%S UTC").to_string()
    } else {
        second(at.timestamp())
    }
}

/// A moment in nanoseconds since 1970; none for 0.
pub(crate) fn moment(nanoseconds: u64) -> Option<Timestamp> {
    let at = (nanoseconds > 0).then_some(nanoseconds)?;
    Timestamp::from_nanosecond(i128::from(at)).ok()
}

/// A moment in UTC with its date.
pub(super) fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A moment in UTC as programs and logs have it: `2026-11-22T08:00:00Z`.
pub(super) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A moment in UTC without the name of its zone, for rows of moments whose zone is said once.
pub(super) fn clock_in_row(at: Timestamp, now: Timestamp) -> String {
    let shown = clock(at, now);
    shown.trim_end_matches(" UTC").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_has_the_unit_that_a_person_would_use() {
        let now: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        for (at, shown) in [
            ("2026-11-22T07:59:48Z", "12 s ago"),
            ("2026-11-22T07:30:00Z", "30 min ago"),
            ("2026-11-22T03:00:00Z", "5 h ago"),
            ("2026-11-12T08:00:00Z", "10 d ago"),
            ("2026-11-22T08:00:05Z", "5 s ahead of this clock"),
        ] {
            assert_eq!(age(at.parse().unwrap(), now), shown);
        }
    }

    #[test]
    fn a_moment_of_another_day_has_its_date() {
        let now: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        assert_eq!(
            clock("2026-11-22T02:41:05Z".parse().unwrap(), now),
            "02:41:05 UTC"
        );
        assert_eq!(
            clock("2026-11-21T02:41:05Z".parse().unwrap(), now),
            "2026-11-21 02:41:05 UTC"
        );
    }
}

//! When a task runs: a cron expression, in UTC.

use std::fmt;
use std::str::FromStr;

use croner::Cron;
use croner::errors::CronError;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};
use thiserror::Error;

/// The longest expression, in bytes.
const LONGEST: usize = 200;

/// A cron expression of five fields, or six with seconds in front, that has a next occurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    expression: String,
    cron: Cron,
}

/// Why an expression is no schedule.
#[derive(Debug, Error)]
pub enum InvalidSchedule {
    /// Not a cron expression.
    #[error(
        "`cron` must be five fields (minute hour day month weekday), or six with seconds in front"
    )]
    Malformed {
        /// What the parser said.
        source: CronError,
    },
    /// A cron expression that never matches again, such as the 30th of February.
    #[error("`cron` never occurs")]
    NeverOccurs,
    /// Longer than 200 bytes.
    #[error("`cron` has more than {LONGEST} bytes")]
    TooLong,
}

impl Schedule {
    /// The first occurrence after `instant`.
    pub fn next_after(&self, instant: Timestamp) -> Option<Timestamp> {
        let instant = instant.to_zoned(TimeZone::UTC);
        let next = self.cron.find_next_occurrence(&instant, false);
        next.map(|occurrence| occurrence.timestamp()).ok()
    }

    /// The last occurrence up to and including `instant`.
    pub fn last_until(&self, instant: Timestamp) -> Option<Timestamp> {
        let instant = instant.to_zoned(TimeZone::UTC);
        let last = self.cron.find_previous_occurrence(&instant, true);
        last.map(|occurrence| occurrence.timestamp()).ok()
    }
}

impl FromStr for Schedule {
    type Err = InvalidSchedule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > LONGEST {
            return Err(InvalidSchedule::TooLong);
        }
        let cron = text
            .parse()
            .map_err(|source| InvalidSchedule::Malformed { source })?;
        let schedule = Self {
            expression: text.trim().to_owned(),
            cron,
        };
        if schedule.next_after(Timestamp::now()).is_some() {
            Ok(schedule)
        } else {
            Err(InvalidSchedule::NeverOccurs)
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.expression)
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.expression)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn schedule(text: &str) -> Schedule {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn five_fields_are_minutes_and_six_are_seconds() {
        let noon = at("2026-11-22T12:00:00Z");
        assert_eq!(
            schedule("*/15 * * * *").next_after(noon),
            Some(at("2026-11-22T12:15:00Z"))
        );
        assert_eq!(
            schedule("*/15 * * * * *").next_after(noon),
            Some(at("2026-11-22T12:00:15Z"))
        );
        assert_eq!(
            schedule("@daily").next_after(noon),
            Some(at("2026-11-23T00:00:00Z"))
        );
    }

    #[test]
    fn an_occurrence_that_is_now_is_the_last_and_not_the_next() {
        let noon = at("2026-11-22T12:00:00Z");
        assert_eq!(schedule("0 12 * * *").last_until(noon), Some(noon));
        assert_eq!(
            schedule("0 12 * * *").next_after(noon),
            Some(at("2026-11-23T12:00:00Z"))
        );
    }

    #[test]
    fn what_is_no_cron_expression_is_refused_with_the_form() {
        for text in [
            "",
            "every day",
            "* * * *",
            "61 * * * *",
            "* * * * * * * *",
            "0 25 * * *",
        ] {
            let error = text.parse::<Schedule>().unwrap_err().to_string();
            assert!(
                error.starts_with("`cron` must be five fields"),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn an_expression_that_never_occurs_is_refused() {
        assert!(matches!(
            "0 0 30 2 *".parse::<Schedule>(),
            Err(InvalidSchedule::NeverOccurs)
        ));
    }

    proptest! {
        #[test]
        fn the_next_occurrence_is_later_and_nothing_lies_between(
            second in 0_i64..4_000_000_000, minute in 0..60, hour in 0..24
        ) {
            let instant = Timestamp::from_second(second).unwrap();
            let schedule = schedule(&format!("{minute} {hour} * * *"));
            let next = schedule.next_after(instant).unwrap();
            prop_assert!(next > instant);
            prop_assert_eq!(schedule.last_until(next), Some(next));
            prop_assert!(schedule.last_until(instant).unwrap() <= instant);
        }
    }
}

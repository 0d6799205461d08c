//! How often something is looked at.

use std::{fmt, str::FromStr, time::Duration};

/// More often would only burden the engine.
const SHORTEST: Duration = Duration::from_secs(1);
/// More seldom is no watch.
const LONGEST: Duration = Duration::from_hours(24);

/// The time from the beginning of a look to that of the next: between a second and a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval(Duration);

impl Interval {
    /// Its length.
    pub fn length(self) -> Duration {
        self.0
    }
}

impl FromStr for Interval {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let length = humantime::parse_duration(text)
            .map_err(|error| format!("{error}; an interval is written as `10s` or `2m`"))?;
        if length < SHORTEST {
            return Err("the shortest interval is one second".to_owned());
        }
        if length > LONGEST {
            return Err("the longest interval is one day".to_owned());
        }
        Ok(Self(length))
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", humantime::format_duration(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::Interval;

    #[test]
    fn an_interval_lies_between_a_second_and_a_day() {
        for text in ["1s", "90s", "2m", "1day"] {
            assert!(text.parse::<Interval>().is_ok(), "{text}");
        }
        for text in ["999ms", "0s", "25h", "584554531y", "5", "web", ""] {
            assert!(text.parse::<Interval>().is_err(), "{text}");
        }
    }
}

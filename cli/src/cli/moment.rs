//! A moment on the command line: so long ago, or a time.

use std::{str::FromStr, time::Duration};

use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

/// A moment as a person names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// So long before now.
    Ago(Duration),
    /// At this time.
    At(Timestamp),
}

/// A text that names no moment.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "expected how long ago, such as `90m`, or a time with its zone, such as `2026-11-22T08:00:00Z`"
)]
pub struct NoMoment;

impl Moment {
    /// The moment itself.
    pub fn before(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(ago) => {
                let ago = SignedDuration::try_from(ago).unwrap_or(SignedDuration::MAX);
                now.checked_sub(ago).unwrap_or(Timestamp::UNIX_EPOCH)
            }
            Self::At(time) => time,
        }
    }
}

impl FromStr for Moment {
    type Err = NoMoment;

    fn from_str(text: &str) -> Result<Self, NoMoment> {
        if let Ok(ago) = humantime::parse_duration(text) {
            return Ok(Self::Ago(ago));
        }
        text.parse().map(Self::At).map_err(|_| NoMoment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_an_age_or_a_time_with_its_zone() {
        let now: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("90m", "2026-11-22T06:30:00Z"),
            ("2026-11-22T07:00:00Z", "2026-11-22T07:00:00Z"),
            ("2026-11-22T07:00:00+02:00", "2026-11-22T05:00:00Z"),
        ] {
            let moment: Moment = text.parse().unwrap();
            assert_eq!(moment.before(now).to_string(), expected, "{text}");
        }
        for text in ["", "yesterday", "2026-11-22T07:00:00"] {
            assert_eq!(text.parse::<Moment>(), Err(NoMoment), "{text}");
        }
    }
}

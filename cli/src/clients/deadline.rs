//! How long an outside call may take.

use std::time::Duration;

use tokio::time::Instant;

/// The moment by which an answer is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    at: Instant,
}

/// The deadline passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// How long was waited.
    pub after: Duration,
}

impl Deadline {
    /// This long from now.
    pub fn after(duration: Duration) -> Self {
        let now = Instant::now();
        // A duration past the end of the clock means "no limit": a month stands for it.
        let month = Duration::from_hours(720);
        Self {
            at: now.checked_add(duration).unwrap_or(now + month),
        }
    }

    /// The earlier of this deadline and `limit` from now.
    #[must_use]
    pub fn capped(self, limit: Duration) -> Self {
        self.min(Self::after(limit))
    }

    /// How much time is left.
    pub fn left(self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    /// Whether it has passed.
    pub fn has_passed(self) -> bool {
        Instant::now() >= self.at
    }

    /// The moment itself.
    pub fn instant(self) -> Instant {
        self.at
    }

    /// Waits for `future` until the deadline.
    pub async fn cut<T>(self, future: impl Future<Output = T>) -> Result<T, Passed> {
        let begun = Instant::now();
        tokio::time::timeout_at(self.at, future)
            .await
            .map_err(|_| Passed {
                after: begun.elapsed(),
            })
    }
}

/// A duration as a person would say it: `2 s`, `350 ms`.
pub fn spoken(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    if milliseconds >= 950 {
        let seconds = (milliseconds + 50) / 100;
        if seconds.is_multiple_of(10) {
            format!("{} s", seconds / 10)
        } else {
            format!("{}.{} s", seconds / 10, seconds % 10)
        }
    } else {
        format!("{milliseconds} ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_said_with_the_unit_that_fits() {
        for (milliseconds, said) in [
            (0, "0 ms"),
            (350, "350 ms"),
            (2000, "2 s"),
            (2001, "2 s"),
            (1540, "1.5 s"),
        ] {
            assert_eq!(spoken(Duration::from_millis(milliseconds)), said);
        }
    }

    #[tokio::test]
    async fn what_never_answers_is_cut_at_the_earlier_deadline() {
        let deadline = Deadline::after(Duration::from_mins(15)).capped(Duration::from_millis(1));
        assert!(deadline.cut(std::future::pending::<()>()).await.is_err());
        assert!(deadline.has_passed());
    }
}

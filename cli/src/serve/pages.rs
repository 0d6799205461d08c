//! The pages as they are after a look.

use std::time::Duration;

use bytes::Bytes;
use ptctl_diagnosis::watch::Watch;
use tokio::time::Instant;

use super::{exposition::exposition, tally::Tally};

/// What is served until the next look has ended.
#[derive(Debug, Clone)]
pub(crate) struct Pages {
    /// Prometheus' page.
    pub(super) metrics: Bytes,
    /// The report of the last look, or why there is none.
    pub(super) report: Result<Bytes, String>,
    /// The pulse of the looks.
    pub(super) pulse: Pulse,
}

impl Pages {
    /// The pages after a look.
    pub(crate) fn new(
        tally: &Tally,
        watch: &Watch,
        project: Option<&str>,
        report: Result<String, String>,
        pulse: Pulse,
    ) -> Self {
        Self {
            metrics: exposition(tally, watch, project).into(),
            report: report.map(Bytes::from),
            pulse,
        }
    }

    /// The pages before the first look has ended.
    pub(crate) fn before(pulse: Pulse) -> Self {
        let none = Err("the first look has not ended yet".to_owned());
        Self::new(&Tally::default(), &Watch::default(), None, none, pulse)
    }
}

/// When the last look ended, and how long the next may take to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pulse {
    since: Instant,
    allowed: Duration,
    looks: Looks,
}

/// Whether a look has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looks {
    None,
    Some,
}

/// Whether the looks go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Health {
    /// They do, in words.
    Alive(String),
    /// The next is overdue, in words.
    Stuck(String),
}

impl Pulse {
    /// No look has ended yet; the first may take so long.
    pub(crate) fn first(allowed: Duration) -> Self {
        Self {
            since: Instant::now(),
            allowed,
            looks: Looks::None,
        }
    }

    /// A look has just ended.
    pub(crate) fn beat(allowed: Duration) -> Self {
        Self {
            looks: Looks::Some,
            ..Self::first(allowed)
        }
    }

    pub(super) fn health(&self, now: Instant) -> Health {
        let passed = now.saturating_duration_since(self.since);
        let seconds = passed.as_secs();
        let text = match self.looks {
            Looks::None => format!("the first look began {seconds} s ago"),
            Looks::Some => format!("the last look ended {seconds} s ago"),
        };
        if passed <= self.allowed {
            Health::Alive(text)
        } else {
            Health::Stuck(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_whose_next_look_is_overdue_is_stuck() {
        let pulse = Pulse::beat(Duration::from_secs(35));
        let after = |seconds| pulse.health(pulse.since + Duration::from_secs(seconds));
        let alive = Health::Alive("the last look ended 35 s ago".to_owned());
        assert_eq!(after(35), alive);
        let stuck = Health::Stuck("the last look ended 36 s ago".to_owned());
        assert_eq!(after(36), stuck);
    }
}

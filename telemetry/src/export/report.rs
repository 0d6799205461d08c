//! When the log says what about the export: once when it begins to fail and once when it works
//! again, and while something is wrong once a minute at most.

use std::time::{Duration, Instant};

use super::failure::Failure;
use crate::counters::ExportCounters;

/// How often something that goes on is repeated.
const INTERVAL: Duration = Duration::from_mins(1);

/// What is remembered in order to say each thing once.
#[derive(Debug)]
pub(super) struct Report {
    endpoint: String,
    state: State,
    full: Throttle,
    rejections: Throttle,
    dropped_when_working: u64,
}

#[derive(Debug)]
enum State {
    Working,
    Failing {
        since: Instant,
        lost_before: u64,
        lines: Throttle,
    },
}

/// A line to be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Sending failed.
    Failing {
        /// The failure.
        failure: Failure,
    },
    /// Sending works again.
    Recovered {
        /// Spans that failed or were dropped meanwhile.
        lost: u64,
        /// How long it did not work.
        outage: Duration,
    },
    /// The queue is full although sending works.
    QueueFull {
        /// Spans dropped since the last line about it.
        dropped: u64,
    },
    /// The backend took a batch, but not all spans in it.
    Rejected {
        /// How many of it not.
        rejected: usize,
        /// What it says.
        message: String,
    },
}

impl Report {
    /// A report about the export to `endpoint`, which is taken to work until it fails.
    pub(super) fn new(endpoint: String) -> Self {
        Self {
            endpoint,
            state: State::Working,
            full: Throttle::default(),
            rejections: Throttle::default(),
            dropped_when_working: 0,
        }
    }

    /// An attempt failed. `before` is from before the spans in it are counted as lost.
    pub(super) fn failed(
        &mut self,
        now: Instant,
        failure: &Failure,
        before: ExportCounters,
    ) -> Option<Line> {
        if let State::Working = self.state {
            self.state = State::Failing {
                since: now,
                lost_before: lost(before),
                lines: Throttle::default(),
            };
        }
        let State::Failing { lines, .. } = &mut self.state else {
            return None;
        };
        lines.allows(now).then(|| Line::Failing {
            failure: failure.clone(),
        })
    }

    /// A batch was taken.
    pub(super) fn succeeded(&mut self, now: Instant, counters: ExportCounters) -> Option<Line> {
        let State::Failing {
            since, lost_before, ..
        } = self.state
        else {
            return self.look_for_drops(now, counters);
        };
        self.state = State::Working;
        self.dropped_when_working = counters.dropped;
        Some(Line::Recovered {
            lost: lost(counters) - lost_before,
            outage: now.saturating_duration_since(since),
        })
    }

    /// The backend took a batch, but not all spans in it, or has something to say about it.
    pub(super) fn rejected(
        &mut self,
        now: Instant,
        rejected: usize,
        message: &str,
    ) -> Option<Line> {
        self.rejections.allows(now).then(|| Line::Rejected {
            rejected,
            message: message.to_owned(),
        })
    }

    fn look_for_drops(&mut self, now: Instant, counters: ExportCounters) -> Option<Line> {
        let dropped = counters.dropped - self.dropped_when_working;
        if dropped == 0 || !self.full.allows(now) {
            return None;
        }
        self.dropped_when_working = counters.dropped;
        Some(Line::QueueFull { dropped })
    }

    /// Writes `line`, if there is one.
    pub(super) fn write(&self, line: Option<Line>, counters: ExportCounters) {
        let endpoint = self.endpoint.as_str();
        let ExportCounters {
            waiting,
            dropped,
            failed,
            ..
        } = counters;
        match line {
            Some(Line::Failing { failure }) => tracing::error!(
                error = failure.chain,
                cause = %failure.cause,
                endpoint,
                spans_waiting = waiting,
                spans_dropped = dropped,
                spans_failed = failed,
                "failed to export spans"
            ),
            Some(Line::Recovered { lost, outage }) => tracing::info!(
                endpoint,
                spans_lost = lost,
                spans_waiting = waiting,
                outage_ms = u64::try_from(outage.as_millis()).unwrap_or(u64::MAX),
                "span export recovered"
            ),
            Some(Line::QueueFull { dropped: now }) => tracing::warn!(
                endpoint,
                spans_dropped_now = now,
                spans_dropped = dropped,
                "span queue is full, oldest spans dropped"
            ),
            Some(Line::Rejected { rejected, message }) => tracing::warn!(
                endpoint,
                spans_rejected = rejected,
                error = message,
                "backend rejected spans"
            ),
            None => {}
        }
    }
}

fn lost(counters: ExportCounters) -> u64 {
    counters.failed + counters.dropped
}

/// Allows something once per [`INTERVAL`].
#[derive(Debug, Default)]
struct Throttle {
    last: Option<Instant>,
}

impl Throttle {
    fn allows(&mut self, now: Instant) -> bool {
        let is_due = self
            .last
            .is_none_or(|last| now.saturating_duration_since(last) >= INTERVAL);
        if is_due {
            self.last = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::failure::{Cause, Retry};

    fn refused() -> Failure {
        Failure {
            cause: Cause::Refused,
            chain: "tcp connect error: Connection refused (os error 111)".to_owned(),
            retry: Retry::Later,
        }
    }

    fn counters(failed: u64, dropped: u64) -> ExportCounters {
        ExportCounters {
            made: failed + dropped,
            failed,
            dropped,
            ..ExportCounters::default()
        }
    }

    #[test]
    fn an_outage_is_told_when_it_begins_and_then_once_a_minute() {
        let mut report = Report::new("tempo:4317".to_owned());
        let start = Instant::now();
        let told: Vec<u64> = (0..=180)
            .step_by(5)
            .filter(|second| {
                let now = start + Duration::from_secs(*second);
                report.failed(now, &refused(), counters(0, 0)).is_some()
            })
            .collect();
        assert_eq!(told, [0, 60, 120, 180]);
    }

    #[test]
    fn the_end_of_an_outage_is_told_once_with_what_it_cost() {
        let mut report = Report::new("tempo:4317".to_owned());
        let start = Instant::now();
        report.failed(start, &refused(), counters(2, 3));
        let end = start + Duration::from_secs(7);
        assert_eq!(
            report.succeeded(end, counters(12, 8)),
            Some(Line::Recovered {
                lost: 15,
                outage: Duration::from_secs(7)
            })
        );
        assert_eq!(report.succeeded(end, counters(12, 8)), None);
    }

    #[test]
    fn each_outage_is_told_even_within_a_minute() {
        let mut report = Report::new("tempo:4317".to_owned());
        let now = Instant::now();
        for _ in 0..3 {
            assert!(report.failed(now, &refused(), counters(0, 0)).is_some());
            assert!(report.failed(now, &refused(), counters(0, 0)).is_none());
            assert!(report.succeeded(now, counters(0, 0)).is_some());
        }
    }

    #[test]
    fn drops_while_the_export_works_are_told_once_a_minute() {
        let mut report = Report::new("tempo:4317".to_owned());
        let now = Instant::now();
        assert_eq!(report.succeeded(now, counters(0, 0)), None);
        assert_eq!(
            report.succeeded(now, counters(0, 4)),
            Some(Line::QueueFull { dropped: 4 })
        );
        assert_eq!(report.succeeded(now, counters(0, 9)), None);
        assert_eq!(
            report.succeeded(now + INTERVAL, counters(0, 9)),
            Some(Line::QueueFull { dropped: 5 })
        );
    }
}

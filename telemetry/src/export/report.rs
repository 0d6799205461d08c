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
    queue: Loss,
    buffer: Loss,
    rejections: Throttle,
}

#[derive(Debug)]
enum State {
    Working,
    Failing {
        since: Instant,
        lost_before: u64,
        lines: Throttle,
        /// Lines about batches that are not sent again.
        losses: Throttle,
    },
}

/// A line to be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Sending failed.
    Failing {
        /// The failure.
        failure: Failure,
        /// Spans that are not sent again.
        lost: usize,
    },
    /// Sending works again.
    Recovered {
        /// Spans that failed or were dropped meanwhile.
        lost: u64,
        /// How long it did not work.
        outage: Duration,
    },
    /// More spans ended than the queue holds.
    QueueFull {
        /// Spans dropped since the last line about it.
        dropped: u64,
    },
    /// The backend is away for longer than the retry buffer reaches.
    BufferFull {
        /// Spans dropped since the last line about it.
        dropped: u64,
    },
    /// The process ends before everything was sent.
    Ended {
        /// Spans that are lost by that.
        lost: u64,
        /// Why they were not sent.
        failure: Failure,
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
            queue: Loss::default(),
            buffer: Loss::default(),
            rejections: Throttle::default(),
        }
    }

    /// An attempt failed, and `lost` spans of it are not sent again. `before` is from before they
    /// are counted.
    pub(super) fn failed(
        &mut self,
        now: Instant,
        failure: &Failure,
        before: ExportCounters,
        lost: usize,
    ) -> Option<Line> {
        if let State::Working = self.state {
            self.state = State::Failing {
                since: now,
                lost_before: before.failed + before.dropped,
                lines: Throttle::default(),
                losses: Throttle::default(),
            };
        }
        let State::Failing { lines, losses, .. } = &mut self.state else {
            return None;
        };
        let is_loss_due = lost > 0 && losses.allows(now);
        (lines.allows(now) || is_loss_due).then(|| Line::Failing {
            failure: failure.clone(),
            lost,
        })
    }

    /// A batch was taken.
    pub(super) fn succeeded(&mut self, now: Instant, counters: ExportCounters) -> Option<Line> {
        let State::Failing {
            since, lost_before, ..
        } = self.state
        else {
            return None;
        };
        self.state = State::Working;
        Some(Line::Recovered {
            lost: counters.failed + counters.dropped - lost_before,
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

    /// What is to be told about spans that were dropped for want of room.
    pub(super) fn drops(&mut self, now: Instant, counters: ExportCounters) -> [Option<Line>; 2] {
        let queue = self.queue.news(now, counters.drops.queue_full);
        let buffer = self.buffer.news(now, counters.drops.buffer_full);
        [
            queue.map(|dropped| Line::QueueFull { dropped }),
            buffer.map(|dropped| Line::BufferFull { dropped }),
        ]
    }

    /// The process ends, and what waited is thrown away: `failure` is why it was not sent.
    pub(super) fn ended(failure: Option<Failure>, counters: ExportCounters) -> Option<Line> {
        let lost = counters.drops.shutdown;
        (lost > 0).then(|| Line::Ended {
            lost,
            failure: failure.unwrap_or_else(Failure::cut_short),
        })
    }

    /// Writes `line`, if there is one.
    pub(super) fn write(&self, line: Option<Line>, counters: ExportCounters) {
        let endpoint = self.endpoint.as_str();
        let ExportCounters {
            waiting,
            dropped,
            failed,
            buffered_bytes,
            ..
        } = counters;
        match line {
            Some(Line::Failing { failure, lost }) => tracing::error!(
                error = failure.chain,
                cause = %failure.cause,
                endpoint,
                spans_lost = lost,
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
            Some(Line::BufferFull { dropped: now }) => tracing::warn!(
                endpoint,
                spans_dropped_now = now,
                spans_dropped = dropped,
                buffered_bytes,
                "retry buffer is full, oldest spans dropped"
            ),
            Some(Line::Ended { lost, failure }) => tracing::warn!(
                error = failure.chain,
                cause = %failure.cause,
                endpoint,
                spans_lost = lost,
                "spans lost at shutdown"
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

/// Spans that are dropped for one reason, told once per [`INTERVAL`].
#[derive(Debug, Default)]
struct Loss {
    lines: Throttle,
    told: u64,
}

impl Loss {
    /// How many spans were dropped since they were last told of, if that is to be told now.
    fn news(&mut self, now: Instant, total: u64) -> Option<u64> {
        let dropped = total - self.told;
        if dropped == 0 || !self.lines.allows(now) {
            return None;
        }
        self.told = total;
        Some(dropped)
    }
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
    use crate::counters::Drops;
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
                report.failed(now, &refused(), counters(0, 0), 0).is_some()
            })
            .collect();
        assert_eq!(told, [0, 60, 120, 180]);
    }

    #[test]
    fn the_end_of_an_outage_is_told_once_with_what_it_cost() {
        let mut report = Report::new("tempo:4317".to_owned());
        let start = Instant::now();
        report.failed(start, &refused(), counters(2, 3), 0);
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
            assert!(report.failed(now, &refused(), counters(0, 0), 0).is_some());
            assert!(report.failed(now, &refused(), counters(0, 0), 0).is_none());
            assert!(report.succeeded(now, counters(0, 0)).is_some());
        }
    }

    #[test]
    fn a_batch_that_is_lost_is_told_at_once_though_the_outage_was_told_already() {
        let mut report = Report::new("tempo:4317".to_owned());
        let now = Instant::now();
        let mut failed = |lost| report.failed(now, &refused(), counters(0, 0), lost);
        assert!(failed(0).is_some());
        assert!(failed(0).is_none());
        let lost = failed(7);
        assert!(
            matches!(lost, Some(Line::Failing { lost: 7, .. })),
            "{lost:?}"
        );
        assert!(failed(7).is_none());
    }

    #[test]
    fn drops_are_told_once_a_minute_for_each_place() {
        let mut report = Report::new("tempo:4317".to_owned());
        let now = Instant::now();
        let mut drops = |now, queue_full, buffer_full| {
            let drops = Drops {
                queue_full,
                buffer_full,
                shutdown: 0,
            };
            let counters = ExportCounters {
                drops,
                ..ExportCounters::default()
            };
            report.drops(now, counters)
        };
        let queue = |dropped| Some(Line::QueueFull { dropped });
        let buffer = |dropped| Some(Line::BufferFull { dropped });
        assert_eq!(drops(now, 0, 0), [None, None]);
        assert_eq!(drops(now, 4, 0), [queue(4), None]);
        assert_eq!(drops(now, 9, 6), [None, buffer(6)]);
        assert_eq!(drops(now + INTERVAL, 9, 8), [queue(5), buffer(2)]);
    }

    #[test]
    fn what_the_end_costs_is_told_with_the_reason() {
        let mut counters = counters(0, 5);
        assert_eq!(Report::ended(Some(refused()), counters), None);
        counters.drops.shutdown = 5;
        assert_eq!(
            Report::ended(Some(refused()), counters),
            Some(Line::Ended {
                lost: 5,
                failure: refused()
            })
        );
    }
}

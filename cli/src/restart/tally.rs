//! What was counted while containers came and went: requests served and failed, spans made, sent and lost.
//!
//! A process counts from its own start and takes its counters along when it ends, so every look on the way is added up.
//! What a process counted between the last look at it and its end is in no look.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use ptctl_diagnosis::observed::Observed;
use ptctl_diagnosis::snapshot::{
    BackendCounters, Collector, CollectorMetrics, Container, Counters, ServiceMetrics, Snapshot,
    SpanCounters,
};
use serde::Serialize;

/// Everything that was counted since the first look.
#[derive(Debug)]
pub(crate) struct Tally {
    window: Window,
    last: Last,
}

/// What was counted within one window of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Window {
    /// The first look.
    pub since: Timestamp,
    /// The last look.
    pub until: Timestamp,
    /// What the services counted.
    pub services: Served,
    /// The services that count, by name.
    pub counted: BTreeSet<String>,
    /// Those of them that do not tell failed requests from others.
    pub untold: BTreeSet<String>,
    /// Spans that collectors refused or could not pass on.
    pub lost_by_collectors: u64,
    /// Spans that backends acknowledged.
    pub accepted: u64,
    /// Spans that backends refused.
    pub refused: u64,
    /// Spans that backends acknowledged and threw away.
    pub discarded: u64,
}

/// What services counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Served {
    /// Requests that were answered.
    pub requests: u64,
    /// Those of them that were answered with a server's error.
    pub failed_requests: u64,
    /// Spans that were made.
    pub made: u64,
    /// Spans that were acknowledged by whoever they were sent to.
    pub sent: u64,
    /// Spans that were given up after failed exports.
    pub failed: u64,
    /// Spans that a full queue dropped.
    pub dropped: u64,
}

impl Window {
    /// Spans that are lost for certain.
    pub fn lost(&self) -> u64 {
        [
            self.services.failed,
            self.services.dropped,
            self.lost_by_collectors,
            self.refused,
            self.discarded,
        ]
        .into_iter()
        .fold(0, u64::saturating_add)
    }
}

/// The last reading of each process.
#[derive(Debug, Default)]
struct Last {
    services: BTreeMap<String, (Option<Timestamp>, Served)>,
    collectors: BTreeMap<String, (Option<Timestamp>, CollectorMetrics)>,
    backends: BTreeMap<String, BackendCounters>,
}

impl Tally {
    /// Begins with what everybody had counted by the first look.
    pub(crate) fn beginning(snapshot: &Snapshot) -> Self {
        let mut tally = Self {
            window: Window {
                since: snapshot.taken_at,
                until: snapshot.taken_at,
                services: Served::default(),
                counted: BTreeSet::new(),
                untold: BTreeSet::new(),
                lost_by_collectors: 0,
                accepted: 0,
                refused: 0,
                discarded: 0,
            },
            last: Last::default(),
        };
        tally.add(snapshot);
        tally
    }

    /// Adds what was counted since the last look.
    pub(crate) fn add(&mut self, snapshot: &Snapshot) {
        self.window.until = snapshot.taken_at;
        for container in &snapshot.containers {
            let Some(metrics) = container.metrics.as_ref().and_then(Observed::known) else {
                continue;
            };
            if let Some(served) = served(metrics) {
                self.add_service(container, served);
                if metrics.failed_requests.is_none() {
                    let name = container.display_name().to_owned();
                    self.window.untold.insert(name);
                }
            }
        }
        for collector in &snapshot.collectors {
            let container = snapshot.container(&collector.container);
            if let Some(container) = container {
                self.add_collector(container, collector);
            }
        }
        for (name, now) in Counters::of(snapshot).backends {
            let before = match self.last.backends.get(&name) {
                Some(last) if last.started_at == now.started_at => Some(last.clone()),
                Some(_) => Some(BackendCounters::default()),
                None => None,
            };
            if let Some(before) = before {
                let more = now.since(&before);
                self.window.accepted += more.accepted;
                self.window.refused += more.refused;
                let discarded = more.discarded.iter().map(|discarded| discarded.spans);
                self.window.discarded += discarded.sum::<u64>();
            }
            self.last.backends.insert(name, now);
        }
    }

    /// What was counted so far; `None` where nobody counts.
    pub(crate) fn window(&self) -> Option<&Window> {
        let is_empty = self.window.counted.is_empty() && self.last.backends.is_empty();
        (!is_empty).then_some(&self.window)
    }

    fn add_service(&mut self, container: &Container, now: Served) {
        let started_at = container.state.started_at;
        let key = container.name.clone();
        let before = match self.last.services.get(&key) {
            Some((started, last)) if *started == started_at => Some(*last),
            Some(_) => Some(Served::default()),
            // Somebody who was not seen before counts from nothing only where he began later.
            None => (started_at > Some(self.window.since)).then(Served::default),
        };
        if let Some(before) = before {
            self.window.services = self.window.services.and(now.since(before));
        }
        self.window
            .counted
            .insert(container.display_name().to_owned());
        self.last.services.insert(key, (started_at, now));
    }

    fn add_collector(&mut self, container: &Container, collector: &Collector) {
        let Some(now) = collector.metrics.known() else {
            return;
        };
        let started_at = container.state.started_at;
        let before = match self.last.collectors.get(&container.name) {
            Some((started, last)) if *started == started_at => Some(last.clone()),
            Some(_) => Some(CollectorMetrics::default()),
            None => None,
        };
        if let Some(before) = before {
            let more = now.since(&before);
            let lost = [more.refused, more.send_failed, more.enqueue_failed];
            self.window.lost_by_collectors += lost.into_iter().flatten().sum::<u64>();
        }
        let now = (started_at, now.clone());
        self.last.collectors.insert(container.name.clone(), now);
    }
}

impl Served {
    fn since(self, before: Self) -> Self {
        self.by(before, u64::saturating_sub)
    }

    fn and(self, more: Self) -> Self {
        self.by(more, u64::saturating_add)
    }

    fn by(self, other: Self, with: fn(u64, u64) -> u64) -> Self {
        Self {
            requests: with(self.requests, other.requests),
            failed_requests: with(self.failed_requests, other.failed_requests),
            made: with(self.made, other.made),
            sent: with(self.sent, other.sent),
            failed: with(self.failed, other.failed),
            dropped: with(self.dropped, other.dropped),
        }
    }
}

/// What a service says that it counted; `None` where it does not say anything.
fn served(metrics: &ServiceMetrics) -> Option<Served> {
    let spans = metrics.spans?;
    let SpanCounters {
        made,
        sent,
        failed,
        dropped,
        waiting: _,
    } = spans;
    Some(Served {
        requests: metrics.requests.unwrap_or(0),
        failed_requests: metrics.failed_requests.unwrap_or(0),
        made,
        sent,
        failed,
        dropped,
    })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use ptctl_diagnosis::fixtures;

    use super::*;

    fn counts(snapshot: &mut Snapshot, requests: u64, failed: u64) {
        let Some(Observed::Known(metrics)) = &mut snapshot.service_mut("scraper").metrics else {
            panic!("the fixture counts")
        };
        metrics.requests = Some(requests);
        metrics.spans = metrics.spans.map(|spans| SpanCounters {
            made: requests * 3,
            failed,
            ..spans
        });
    }

    #[test]
    fn what_a_process_counted_is_added_to_what_the_next_one_counts() {
        let mut snapshot = fixtures::healthy();
        counts(&mut snapshot, 100, 0);
        let mut tally = Tally::beginning(&snapshot);
        counts(&mut snapshot, 110, 1);
        tally.add(&snapshot);
        counts(&mut snapshot, 4, 2);
        let started = &mut snapshot.service_mut("scraper").state.started_at;
        *started = started.map(|at| at + SignedDuration::from_secs(60));
        tally.add(&snapshot);
        let window = tally.window().unwrap();
        assert_eq!(window.services.requests, 14);
        assert_eq!(window.services.made, 42);
        assert_eq!(window.lost(), 3);
    }

    #[test]
    fn who_is_seen_late_is_not_taken_for_new() {
        let mut snapshot = fixtures::healthy();
        let metrics = snapshot.service_mut("scraper").metrics.take();
        let mut tally = Tally::beginning(&snapshot);
        snapshot.service_mut("scraper").metrics = metrics;
        tally.add(&snapshot);
        assert_eq!(tally.window().unwrap().services, Served::default());
        assert!(Tally::beginning(&fixtures::blind()).window().is_none());
    }
}

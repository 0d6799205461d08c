//! The counters of a stack as they stood some time before the look.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{CollectorMetrics, Container, ContainerId, Discarded, Snapshot, SpanCounters};

/// By so much the same start of a process may be read differently.
const UNSTEADY: SignedDuration = SignedDuration::from_secs(2);

/// What everybody had counted at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counters {
    /// That moment, by the clock here.
    pub taken_at: Timestamp,
    /// How far the engine's clock was ahead of the one here; `None` where it did not tell the time.
    #[serde(default)]
    pub clock_offset: Option<SignedDuration>,
    /// The containers there were, with when each was started, by the engine's clock.
    #[serde(default)]
    pub containers: Vec<(ContainerId, Option<Timestamp>)>,
    /// What services counted.
    pub services: Vec<(ContainerId, SpanCounters)>,
    /// What collectors counted.
    pub collectors: Vec<(ContainerId, CollectorMetrics)>,
    /// What backends counted, by their name.
    pub backends: Vec<(String, BackendCounters)>,
}

/// A backend's counters of spans.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackendCounters {
    /// When it began to count.
    pub started_at: Option<Timestamp>,
    /// Acknowledged.
    pub accepted: u64,
    /// Refused.
    pub refused: u64,
    /// Thrown away, by reason.
    pub discarded: Vec<Discarded>,
}

impl Counters {
    /// What a look read of everybody's counters.
    pub fn of(snapshot: &Snapshot) -> Self {
        Self {
            taken_at: snapshot.taken_at,
            clock_offset: snapshot.engine.clock_offset.known().copied(),
            containers: snapshot
                .containers
                .iter()
                .map(|container| (container.id.clone(), container.state.started_at))
                .collect(),
            services: snapshot
                .containers
                .iter()
                .filter_map(|container| {
                    let spans = container.metrics.as_ref()?.known()?.spans?;
                    Some((container.id.clone(), spans))
                })
                .collect(),
            collectors: snapshot
                .collectors
                .iter()
                .filter_map(|collector| {
                    let metrics = collector.metrics.known()?;
                    Some((collector.container.clone(), metrics.clone()))
                })
                .collect(),
            backends: snapshot
                .tempos
                .iter()
                .filter_map(|tempo| {
                    let metrics = tempo.metrics.known()?;
                    let counters = BackendCounters {
                        started_at: metrics.started_at,
                        accepted: metrics.accepted,
                        refused: metrics.refused,
                        discarded: metrics.discarded.clone(),
                    };
                    Some((tempo.name.clone(), counters))
                })
                .collect(),
        }
    }

    /// What a service had counted: nothing where its process is a newer one. `None` where nobody could read it then, so
    /// that nobody knows what came since.
    pub fn of_service(&self, container: &Container) -> Option<SpanCounters> {
        if self.is_newer(container) {
            return Some(SpanCounters::default());
        }
        let (_, spans) = self.services.iter().find(|(id, _)| *id == container.id)?;
        Some(*spans)
    }

    /// What a collector had counted, likewise.
    pub fn of_collector(&self, container: &Container) -> Option<CollectorMetrics> {
        if self.is_newer(container) {
            return Some(CollectorMetrics::default());
        }
        let (_, metrics) = self.collectors.iter().find(|(id, _)| *id == container.id)?;
        Some(metrics.clone())
    }

    /// What a backend had counted, likewise; it says itself when it began to count.
    pub fn of_backend(&self, name: &str, started_at: Option<Timestamp>) -> Option<BackendCounters> {
        let Some((_, counters)) = self.backends.iter().find(|(known, _)| known == name) else {
            return self
                .was_started_since(started_at)
                .then(BackendCounters::default);
        };
        Some(if is_same_start(counters.started_at, started_at) {
            counters.clone()
        } else {
            BackendCounters::default()
        })
    }

    /// Whether a container's process is not the one that there was. Two moments of the engine are compared, never one of
    /// its with one of this machine: their clocks differ.
    fn is_newer(&self, container: &Container) -> bool {
        let started_at = container.state.started_at;
        match self.containers.iter().find(|(id, _)| *id == container.id) {
            Some((_, before)) => *before != started_at,
            None => self.was_started_since(started_at),
        }
    }

    /// Whether something certainly began after that moment, by the engine's clock.
    pub(crate) fn was_started_since(&self, started_at: Option<Timestamp>) -> bool {
        let taken_at = self
            .clock_offset
            .and_then(|ahead| self.taken_at.checked_add(ahead).ok());
        started_at
            .zip(taken_at)
            .is_some_and(|(started_at, taken_at)| started_at >= taken_at)
    }
}

/// Whether two readings of when a process began mean the same process. It is reckoned from the time since the machine
/// was started, which moves a little whenever its clock is set right.
fn is_same_start(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.duration_since(other).abs() <= UNSTEADY,
        (one, other) => one == other,
    }
}

impl SpanCounters {
    /// What was counted since an earlier reading; spans that wait are those of now.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self {
            made: self.made.saturating_sub(before.made),
            sent: self.sent.saturating_sub(before.sent),
            failed: self.failed.saturating_sub(before.failed),
            dropped: self.dropped.saturating_sub(before.dropped),
            waiting: self.waiting,
        }
    }
}

impl CollectorMetrics {
    /// What was counted since an earlier reading; the queue is that of now.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        Self {
            accepted: since(self.accepted, before.accepted),
            refused: since(self.refused, before.refused),
            sent: since(self.sent, before.sent),
            send_failed: since(self.send_failed, before.send_failed),
            enqueue_failed: since(self.enqueue_failed, before.enqueue_failed),
            ..self.clone()
        }
    }
}

/// What was counted since: a counter that was not shown then had counted nothing.
fn since(now: Option<u64>, before: Option<u64>) -> Option<u64> {
    now.map(|now| now.saturating_sub(before.unwrap_or(0)))
}

impl BackendCounters {
    /// Whether another reading is one of the same process.
    pub fn is_of_same_start(&self, other: &Self) -> bool {
        is_same_start(self.started_at, other.started_at)
    }

    /// What was counted since an earlier reading.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let earlier = |reason: &str| {
            let mut known = before.discarded.iter();
            known
                .find(|discarded| discarded.reason == reason)
                .map_or(0, |discarded| discarded.spans)
        };
        Self {
            started_at: self.started_at,
            accepted: self.accepted.saturating_sub(before.accepted),
            refused: self.refused.saturating_sub(before.refused),
            discarded: self
                .discarded
                .iter()
                .map(|discarded| Discarded {
                    spans: discarded.spans.saturating_sub(earlier(&discarded.reason)),
                    ..discarded.clone()
                })
                .filter(|discarded| discarded.spans > 0)
                .collect(),
        }
    }
}

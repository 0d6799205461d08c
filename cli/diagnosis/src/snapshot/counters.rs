//! The counters of a stack as they stood some time before the look.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CollectorMetrics, Container, ContainerId, Discarded, Snapshot, SpanCounters};

/// What everybody had counted at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counters {
    /// That moment.
    pub taken_at: Timestamp,
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
        if self.is_newer(container.state.started_at) {
            return Some(SpanCounters::default());
        }
        let (_, spans) = self.services.iter().find(|(id, _)| *id == container.id)?;
        Some(*spans)
    }

    /// What a collector had counted, likewise.
    pub fn of_collector(&self, container: &Container) -> Option<CollectorMetrics> {
        if self.is_newer(container.state.started_at) {
            return Some(CollectorMetrics::default());
        }
        let (_, metrics) = self.collectors.iter().find(|(id, _)| *id == container.id)?;
        Some(metrics.clone())
    }

    /// What a backend had counted, likewise; it says itself when it began to count.
    pub fn of_backend(&self, name: &str, started_at: Option<Timestamp>) -> Option<BackendCounters> {
        if self.is_newer(started_at) {
            return Some(BackendCounters::default());
        }
        let (_, counters) = self.backends.iter().find(|(known, _)| known == name)?;
        Some(if counters.started_at == started_at {
            counters.clone()
        } else {
            BackendCounters::default()
        })
    }

    fn is_newer(&self, started_at: Option<Timestamp>) -> bool {
        started_at.is_some_and(|started_at| started_at >= self.taken_at)
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
            accepted: self.accepted.saturating_sub(before.accepted),
            refused: self.refused.saturating_sub(before.refused),
            sent: self.sent.saturating_sub(before.sent),
            send_failed: self.send_failed.saturating_sub(before.send_failed),
            enqueue_failed: self.enqueue_failed.saturating_sub(before.enqueue_failed),
            ..self.clone()
        }
    }
}

impl BackendCounters {
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

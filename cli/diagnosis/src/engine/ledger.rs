//! What became of the spans, counted at each station: made, sent, received, kept.
//!
//! Every program counts since its own start, and is compared with one before it only where it has counted for longer.
//! Where an earlier reading of the counters is given, what was counted since then is shown instead.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    snapshot::{BackendCounters, Counters, Discarded, OtlpProtocol, SpanCounters},
    subject::Subject,
    view::{Backend, Service, Stack},
};

/// Spans in flight between two readings of counters, which are taken one after the other.
const IN_FLIGHT: u64 = 64;

/// The counts of one stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// What is counted since this moment; since each process's own start where nothing stands here.
    pub since: Option<Timestamp>,
    /// What the services count themselves, summed; `None` where none of them counts.
    pub services: Option<SpanCounters>,
    /// The services whose counters are in that sum.
    pub counted: Vec<Subject>,
    /// The traced services that do not count.
    pub silent: Vec<Subject>,
    /// What the collectors count.
    pub collectors: Vec<CollectorCount>,
    /// What the backends count.
    pub backends: Vec<BackendCount>,
    /// Where spans are lost, in the order of their way.
    pub losses: Vec<TraceLoss>,
}

/// What a collector counted since its start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectorCount {
    /// The collector.
    pub subject: Subject,
    /// Spans that it took.
    pub accepted: u64,
    /// Spans that it refused.
    pub refused: u64,
    /// Spans that it passed on.
    pub sent: u64,
    /// Spans that it could not pass on.
    pub failed: u64,
}

/// What a backend counted since its start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackendCount {
    /// The backend.
    pub subject: Subject,
    /// Spans that it acknowledged, also those thrown away later.
    pub accepted: u64,
    /// Spans that it refused.
    pub refused: u64,
    /// Spans that it threw away.
    pub discarded: u64,
    /// The same by reason.
    pub reasons: Vec<Discarded>,
}

/// Spans that one station lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceLoss {
    /// The station.
    pub subject: Subject,
    /// How it lost them.
    pub how: Lost,
    /// Why, in the word of whoever counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How many.
    pub spans: u64,
}

/// How spans are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lost {
    /// Dropped by a full queue.
    Dropped,
    /// Given up after a failed export.
    Failed,
    /// Counted as sent, and counted by no receiver.
    OnTheWay,
    /// Refused by a receiver.
    Refused,
    /// Acknowledged, then thrown away.
    Discarded,
}

impl Lost {
    /// Its word in a line: `dropped`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::Failed => "failed",
            Self::OnTheWay => "lost on the way",
            Self::Refused => "refused",
            Self::Discarded => "discarded",
        }
    }
}

/// The ledger of a stack; `None` where nobody counts.
pub(super) fn ledger(stack: &Stack<'_>) -> Option<Ledger> {
    let mut counted = Vec::new();
    let mut silent = Vec::new();
    let mut sum: Option<SpanCounters> = None;
    for service in &stack.services {
        match counters(service, stack) {
            Some(spans) => {
                sum = Some(sum.map_or(spans, |sum| added(sum, spans)));
                counted.push(service.subject.clone());
            }
            None => silent.push(service.subject.clone()),
        }
    }
    let collectors: Vec<CollectorCount> = stack
        .collectors
        .iter()
        .filter_map(|collector| {
            let metrics = collector.facts.metrics.known()?;
            let metrics = match before(stack) {
                Some(before) => &metrics.since(&before.of_collector(collector.container)?),
                None => metrics,
            };
            Some(CollectorCount {
                subject: collector.subject.clone(),
                accepted: metrics.accepted?,
                refused: metrics.refused.unwrap_or(0),
                sent: metrics.sent?,
                failed: metrics
                    .send_failed
                    .unwrap_or(0)
                    .saturating_add(metrics.enqueue_failed.unwrap_or(0)),
            })
        })
        .collect();
    let backends: Vec<BackendCount> = stack
        .backends
        .iter()
        .filter_map(|backend| backend_count(backend, stack))
        .collect();
    if sum.is_none() && collectors.is_empty() && backends.is_empty() {
        return None;
    }
    let mut ledger = Ledger {
        since: before(stack).map(|before| before.taken_at),
        services: sum,
        counted,
        silent,
        collectors,
        backends,
        losses: Vec::new(),
    };
    ledger.losses = losses(&ledger, stack);
    Some(ledger)
}

fn before<'s>(stack: &Stack<'s>) -> Option<&'s Counters> {
    stack.snapshot.counted_before.as_ref()
}

fn counters(service: &Service<'_>, stack: &Stack<'_>) -> Option<SpanCounters> {
    let spans = service.container.metrics.as_ref()?.known()?.spans?;
    match before(stack) {
        Some(before) => Some(spans.since(before.of_service(service.container)?)),
        None => Some(spans),
    }
}

fn backend_count(backend: &Backend<'_>, stack: &Stack<'_>) -> Option<BackendCount> {
    let metrics = backend.tempo.metrics.known()?;
    let now = BackendCounters {
        started_at: metrics.started_at,
        accepted: metrics.accepted,
        refused: metrics.refused,
        discarded: metrics.discarded.clone(),
    };
    let counted = match before(stack) {
        Some(before) => now.since(&before.of_backend(&backend.tempo.name, now.started_at)?),
        None => now,
    };
    Some(BackendCount {
        subject: backend.subject.clone(),
        accepted: counted.accepted,
        refused: counted.refused,
        discarded: counted
            .discarded
            .iter()
            .fold(0, |sum, reason| sum.saturating_add(reason.spans)),
        reasons: counted.discarded,
    })
}

fn added(one: SpanCounters, other: SpanCounters) -> SpanCounters {
    SpanCounters {
        made: one.made.saturating_add(other.made),
        sent: one.sent.saturating_add(other.sent),
        failed: one.failed.saturating_add(other.failed),
        dropped: one.dropped.saturating_add(other.dropped),
        waiting: one.waiting.saturating_add(other.waiting),
    }
}

fn losses(ledger: &Ledger, stack: &Stack<'_>) -> Vec<TraceLoss> {
    let mut losses = Vec::new();
    let mut note = |subject: &Subject, how: Lost, reason: Option<&str>, spans: u64| {
        if spans > 0 {
            losses.push(TraceLoss {
                subject: subject.clone(),
                how,
                reason: reason.map(str::to_owned),
                spans,
            });
        }
    };
    for service in &stack.services {
        if let Some(spans) = counters(service, stack) {
            note(&service.subject, Lost::Dropped, None, spans.dropped);
            note(&service.subject, Lost::Failed, None, spans.failed);
        }
    }
    for collector in &ledger.collectors {
        note(&collector.subject, Lost::Refused, None, collector.refused);
        note(&collector.subject, Lost::Failed, None, collector.failed);
    }
    for backend in &ledger.backends {
        note(
            &backend.subject,
            Lost::OnTheWay,
            None,
            missing(backend, stack),
        );
        note(&backend.subject, Lost::Refused, None, backend.refused);
        for discarded in &backend.reasons {
            note(
                &backend.subject,
                Lost::Discarded,
                Some(&discarded.reason),
                discarded.spans,
            );
        }
    }
    losses
}

/// Spans that services count as sent to a backend and that it never received: only where it has counted for longer than
/// each of them, and only for gRPC and HTTP senders that reach it directly.
fn missing(count: &BackendCount, stack: &Stack<'_>) -> u64 {
    let Some(backend) = stack
        .backends
        .iter()
        .find(|backend| backend.subject == count.subject)
    else {
        return 0;
    };
    let Some(started) = backend
        .container
        .and_then(|container| container.state.started_at)
    else {
        return 0;
    };
    let sent: u64 = stack
        .services
        .iter()
        .filter(|service| {
            stack
                .backend_of(service)
                .is_some_and(|other| other.subject == count.subject)
                && service.container.state.started_at >= Some(started)
                && service.settings.known().is_some_and(|settings| {
                    matches!(
                        settings.protocol,
                        Some(OtlpProtocol::Grpc | OtlpProtocol::Http)
                    )
                })
        })
        .filter_map(|service| Some(counters(service, stack)?.sent))
        .fold(0, u64::saturating_add);
    let gone = sent.saturating_sub(count.accepted.saturating_add(count.refused));
    if gone > IN_FLIGHT { gone } else { 0 }
}

#[cfg(test)]
mod tests;

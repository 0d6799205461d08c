//! Who can be asked beside the service: the backends, and the stack around them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ptctl_diagnosis::{
    snapshot::{BackendCounters, Container, ContainerId, Counters},
    trace::TraceId,
};

use crate::{
    clients::{
        cause::on_one_line,
        deadline::Deadline,
        http::HttpFault,
        tempo::{FoundTrace, SearchRange, StoredTrace},
    },
    gather::{DeeperLooks, Doors, GatherRequest, gather},
};

/// What a check can ask.
#[derive(Debug)]
pub struct Around {
    /// The backends that are to have the traces.
    pub(crate) doors: Doors,
    /// How the stack is looked at.
    pub(crate) stack: GatherRequest,
    /// Whose counters are read.
    pub(crate) counted_by: CountedBy,
}

/// Whose counters tell of refused and dropped spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CountedBy {
    /// Every backend, collector and service of the stack that has any.
    Stack,
    /// The backend alone, since it is not the stack's own.
    Backend,
}

/// Everybody's counters as they stand.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) counters: Counters,
    /// What a person calls the containers.
    pub(super) names: BTreeMap<ContainerId, String>,
}

impl Around {
    /// A trace as all backends have it together. `Err` where none has it and one could not be asked.
    pub(super) async fn stored_trace(
        &self,
        id: TraceId,
        deadline: Deadline,
    ) -> Result<Option<StoredTrace>, HttpFault> {
        let mut parts = self.doors.stored_trace(id, deadline).await;
        let unasked = parts.faults.pop();
        let stored = StoredTrace::joined(parts.found.into_iter().map(|(_, stored)| stored));
        match (stored, unasked) {
            (None, Some((_, fault))) => Err(fault),
            (Some(stored), Some((door, fault))) => Ok(Some(StoredTrace {
                partial: Some(match stored.partial {
                    Some(reason) => reason,
                    None => format!("`{}` could not be asked: {fault}", door.name),
                }),
                ..stored
            })),
            (stored, None) => Ok(stored),
        }
    }

    /// What a query finds in all backends, the newest first.
    pub(super) async fn search(
        &self,
        query: &str,
        range: SearchRange,
        limit: u32,
        deadline: Deadline,
    ) -> Result<Vec<FoundTrace>, HttpFault> {
        let mut traces = Vec::new();
        for door in &self.doors.open {
            let found = door
                .client
                .search_traces(query, range, limit, deadline)
                .await?;
            traces.extend(found.traces);
        }
        traces.sort_by_key(|trace| std::cmp::Reverse(trace.started_at));
        Ok(traces)
    }

    /// Reads everybody's counters.
    pub(super) async fn counters(&self) -> Result<Reading, String> {
        let mut reading = match self.counted_by {
            CountedBy::Stack => self.of_stack().await?,
            CountedBy::Backend => Reading::empty(),
        };
        let deadline = Deadline::after(self.stack.timeout);
        let mut backends = Vec::new();
        for door in &self.doors.open {
            let metrics = door.client.metrics(deadline).await;
            let metrics = metrics.map_err(|fault| format!("`{}`: {fault}", door.name))?;
            let counters = BackendCounters {
                started_at: metrics.started_at,
                accepted: metrics.accepted,
                refused: metrics.refused,
                discarded: metrics.discarded,
            };
            backends.push((door.name.clone(), counters));
        }
        reading.counters.backends = backends;
        Ok(reading)
    }

    /// What collectors and services count. Nothing is created for it: whoever asks the backends does so already.
    async fn of_stack(&self) -> Result<Reading, String> {
        let request = GatherRequest {
            deeper: DeeperLooks::default(),
            ..self.stack.clone()
        };
        let snapshot = gather(&request)
            .await
            .map_err(|error| on_one_line(&error))?;
        let named = |container: &Container| {
            let name = container.display_name().to_owned();
            (container.id.clone(), name)
        };
        Ok(Reading {
            counters: Counters::of(&snapshot),
            names: snapshot.containers.iter().map(named).collect(),
        })
    }
}

impl Reading {
    fn empty() -> Self {
        Self {
            counters: Counters {
                taken_at: Timestamp::now(),
                clock_offset: None,
                containers: Vec::new(),
                services: Vec::new(),
                collectors: Vec::new(),
                backends: Vec::new(),
            },
            names: BTreeMap::new(),
        }
    }
}

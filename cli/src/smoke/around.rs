//! Who can be asked beside the service: the backends, and the stack around them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ptctl_diagnosis::{
    smoke::{silent_collector, unread},
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
    gather::{Depth, Doors, GatherRequest, gather},
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
    /// A collector that should have counted by the end, and shows nothing.
    pub(super) silent: Option<String>,
}

/// What a search found in all backends.
#[derive(Debug)]
pub(super) struct Searched {
    /// The traces, the newest first.
    pub(super) traces: Vec<FoundTrace>,
    /// Why there may be others.
    pub(super) doubt: Option<String>,
}

impl Around {
    /// A trace as all backends have it together, and partial where one could not be asked. `Err` where none has it and
    /// one failed.
    pub(super) async fn stored_trace(
        &self,
        id: TraceId,
        deadline: Deadline,
    ) -> Result<Option<StoredTrace>, HttpFault> {
        let mut parts = self.doors.stored_trace(id, deadline).await;
        let failed = parts.faults.pop();
        let stored = StoredTrace::joined(parts.found.into_iter().map(|(_, stored)| stored));
        let Some(stored) = stored else {
            return match failed {
                Some((_, fault)) => Err(fault),
                None => Ok(None),
            };
        };
        let failed = failed.map(|(door, fault)| (&door.name, fault.to_string()));
        let closed = self.doors.closed.first();
        let unasked = failed.or_else(|| closed.map(|(name, why)| (name, why.clone())));
        let unasked = unasked.map(|(name, why)| format!("`{name}` could not be asked: {why}"));
        Ok(Some(StoredTrace {
            partial: stored.partial.or(unasked),
            ..stored
        }))
    }

    /// What a query finds in all backends, the newest first.
    pub(super) async fn search(
        &self,
        query: &str,
        range: SearchRange,
        limit: u32,
        deadline: Deadline,
    ) -> Result<Searched, HttpFault> {
        let mut traces = Vec::new();
        let mut doubt = None;
        for door in &self.doors.open {
            let (client, name) = (&door.client, &door.name);
            let query = client.newest_first(query);
            let within = client.searchable(range);
            let limit = client.findable(limit);
            let found = client
                .search_traces(&query, within, limit, deadline)
                .await?;
            if within != range {
                let since = within.since;
                doubt = Some(format!("`{name}` searches no further back than {since:.0}"));
            }
            if let Some((done, all)) = found.unfinished {
                doubt = Some(format!("`{name}` did {done} of {all} parts of the search"));
            }
            if found.unreadable > 0 {
                doubt = Some(format!("`{name}` names traces by what is no id"));
            }
            traces.extend(found.traces);
        }
        traces.sort_by_key(|trace| std::cmp::Reverse(trace.started_at));
        Ok(Searched { traces, doubt })
    }

    /// Reads everybody's counters. `Err` where somebody counts and could not be read: nobody knows what that one lost.
    pub(super) async fn counters(&self) -> Result<Reading, String> {
        if let Some((name, why)) = self.doors.closed.first() {
            return Err(format!("`{name}`: {why}"));
        }
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

    /// What collectors and services count.
    async fn of_stack(&self) -> Result<Reading, String> {
        let request = GatherRequest {
            depth: Depth::Brief,
            ..self.stack.clone()
        };
        let snapshot = gather(&request)
            .await
            .map_err(|error| on_one_line(&error))?;
        if let Some(reason) = unread(&snapshot) {
            return Err(reason);
        }
        let named = |container: &Container| {
            let name = container.display_name().to_owned();
            (container.id.clone(), name)
        };
        Ok(Reading {
            counters: Counters::of(&snapshot),
            names: snapshot.containers.iter().map(named).collect(),
            silent: silent_collector(&snapshot),
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
            silent: None,
        }
    }
}

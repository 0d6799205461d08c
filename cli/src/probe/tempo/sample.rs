//! Some traces of late, read by their ids: a few of each service, as many as there is time for.
//!
//! What finds them are the searches for the newest span of each service, so that only the reading is added to a look.

use std::{collections::BTreeSet, time::Duration};

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use ptctl_diagnosis::{
    snapshot::{Container, Role, TraceSample},
    trace::{Candidate, Credential, Sampler, Trace, TraceId, Wholeness, choose},
};

use crate::{
    clients::{
        http::HttpFault,
        tempo::{StoredTrace, TempoClient},
    },
    probe::Look,
};

/// So many traces are read at most.
const MOST: usize = 24;
/// So many at once.
const READS_AT_ONCE: usize = 8;
/// No longer answer is read, some 500 spans as JSON: reading one keeps everything else waiting.
const LONGEST: usize = 512 << 10;
/// All of them together may take so long. What was not read by then is left out.
const TIME_LIMIT: Duration = Duration::from_secs(1);

/// Whether traces are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sampling {
    /// A few of each service.
    Few {
        /// When a service of the stack last started: what ended before tells how things were.
        since: Option<Timestamp>,
    },
    /// None.
    None,
}

impl Sampling {
    /// A few of each service, those first that ended since the last of these containers started.
    pub(crate) fn few(containers: &[Container]) -> Self {
        let services = containers
            .iter()
            .filter(|container| container.role == Role::Service);
        Self::Few {
            since: services
                .filter_map(|container| container.state.started_at)
                .max(),
        }
    }
}

/// Reads some of the traces that were found. `Err` where there were some, and not one could be read.
pub(super) async fn sample(
    look: &Look<'_>,
    client: &TempoClient,
    found: &[Vec<Candidate>],
    since: Option<Timestamp>,
) -> Result<TraceSample, HttpFault> {
    let deadline = look.deadline.capped(TIME_LIMIT);
    let client = client.up_to(LONGEST);
    let client = &client;
    let chosen = choose(found, look.taken_at, since, MOST);
    let reads = chosen.into_iter().map(|id| async move {
        // With the trees, so that no more than so many whole traces are held at once.
        let stored = client.stored_trace(id, deadline).await?;
        Ok::<_, HttpFault>(stored.and_then(|stored| read(id, stored)))
    });
    let mut sampler = Sampler::default();
    let mut fault = None;
    let mut kept = 0;
    let mut reads = stream::iter(reads).buffer_unordered(READS_AT_ONCE);
    while let Some(answer) = reads.next().await {
        match answer {
            Ok(Some((trace, wholeness, credentials))) => {
                kept += 1;
                sampler.keep(&trace, wholeness, &credentials);
            }
            // What search knows and nobody has is gone by retention, or not there yet.
            Ok(None) => sampler.miss("it is not there by its id".to_owned()),
            Err(error) => {
                sampler.miss(error.to_string());
                fault.get_or_insert(error);
            }
        }
    }
    match fault {
        Some(fault) if kept == 0 => Err(fault),
        Some(_) | None => {
            let ids: BTreeSet<TraceId> = found
                .iter()
                .flatten()
                .map(|candidate| candidate.id)
                .collect();
            Ok(sampler.finish(ids.len()))
        }
    }
}

type Read = (Trace, Wholeness, Vec<Credential>);

fn read(id: TraceId, stored: StoredTrace) -> Option<Read> {
    let is_torn = stored.spans.iter().any(|span| span.parent_is_unreadable);
    let wholeness = if stored.partial.is_some() || stored.unreadable > 0 || is_torn {
        Wholeness::Partial
    } else {
        Wholeness::Whole
    };
    let trace = Trace::new(id, stored.spans)?;
    Some((trace, wholeness, stored.credentials))
}

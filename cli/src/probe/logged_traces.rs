//! Whether backends have the traces that lines of the stack's logs name.

use std::{collections::BTreeSet, time::Duration};

use futures_util::{StreamExt, stream};
use ptctl_diagnosis::{
    observed::{Gap, Observed, Probe},
    snapshot::{AskedTrace, Container, Role, SampledFlag, Tempo},
    subject::Subject,
    trace::{SETTLED, TraceId},
};

use super::Look;
use crate::clients::{http::HttpFault, tempo::TempoClient};

/// So many of one service are asked for.
const OF_ONE_SERVICE: usize = 3;
/// So many in all.
const MOST: usize = 15;
/// So many at once.
const AT_ONCE: usize = 8;
/// All of them together may take so long.
const TIME_LIMIT: Duration = Duration::from_millis(500);
/// What is longer than this is there.
const LONGEST: usize = 1 << 20;

/// Asks each backend for some of the traces that lines name, those of late that should long be there.
pub(crate) async fn of(
    look: &Look<'_>,
    clients: &[Option<TempoClient>],
    tempos: &mut [Tempo],
    containers: &[Container],
) {
    let ids = wanted(look, containers);
    for (tempo, client) in tempos.iter_mut().zip(clients) {
        if let Some(client) = client
            && !ids.is_empty()
        {
            let asked = asked(look, client, tempo, &ids).await;
            tempo.logged = Some(
                asked
                    .map_err(|fault| {
                        let subject = Subject::Tempo(tempo.name.clone());
                        Gap::new(Probe::Traces, subject, fault.to_string())
                    })
                    .into(),
            );
        }
    }
}

/// The ids to ask for: of each service in turn the latest that are old enough, and that were to be kept.
fn wanted(look: &Look<'_>, containers: &[Container]) -> Vec<TraceId> {
    let services = containers
        .iter()
        .filter(|container| container.role == Role::Service);
    let of_each: Vec<Vec<TraceId>> = services
        .filter_map(|container| container.logs.known())
        .map(|logs| {
            let traces = logs.traces.iter().rev();
            let settled = traces.filter(|logged| {
                logged.sampled != SampledFlag::Dropped
                    && look.taken_at.duration_since(logged.at) >= SETTLED
            });
            settled
                .map(|logged| logged.id)
                .take(OF_ONE_SERVICE)
                .collect()
        })
        .collect();
    let mut seen = BTreeSet::new();
    (0..OF_ONE_SERVICE)
        .flat_map(|turn| of_each.iter().filter_map(move |ids| ids.get(turn).copied()))
        .filter(|id| seen.insert(*id))
        .take(MOST)
        .collect()
}

async fn asked(
    look: &Look<'_>,
    client: &TempoClient,
    tempo: &Tempo,
    ids: &[TraceId],
) -> Result<Vec<AskedTrace>, HttpFault> {
    let deadline = look.deadline.capped(TIME_LIMIT);
    let sample = tempo.sample.as_ref().and_then(Observed::known);
    let is_sampled =
        |id: TraceId| sample.is_some_and(|sample| sample.traces.iter().any(|trace| trace.id == id));
    let client = client.up_to(LONGEST);
    let client = &client;
    let questions = ids.iter().map(|id| async move {
        let found = is_sampled(*id)
            || match client.stored_trace(*id, deadline).await {
                Ok(stored) => stored.is_some(),
                Err(HttpFault::Answer(_)) => true,
                Err(fault) => return Err(fault),
            };
        Ok(AskedTrace { id: *id, found })
    });
    let answers: Vec<Result<AskedTrace, HttpFault>> =
        stream::iter(questions).buffered(AT_ONCE).collect().await;
    answers.into_iter().collect()
}

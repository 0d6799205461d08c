//! One look at a stack: everything is read once, at the same time, within one budget.

mod around;
mod backends;
mod brief;
mod doors;
mod engine;
mod folder;
mod gaps;
pub(crate) mod hands;
pub(crate) mod relay;
mod request;
mod shelf;
mod stack;
mod storage;

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{
    export::tracing_signs,
    observed::{Gap, Observed, Probe},
    snapshot::{
        Container, LogFacts, Origin, ProjectFiles, Role, SNAPSHOT_VERSION, Snapshot, Tempo,
    },
    subject::Subject,
};

use self::{
    backends::tempos,
    engine::{HostFacts, host_facts},
    hands::Hands,
    stack::{of_members, stack_facts},
};
pub(crate) use self::{
    doors::{Beside, Door, Doors, TraceParts, doors},
    shelf::{LogShelf, shelf},
};
pub use self::{
    engine::{ConnectedEngine, GatherError, connect},
    request::{
        CanaryReach, CanaryWait, CanaryWish, DeeperLooks, Depth, GatherRequest, ProbeBy,
        ProbeReach, ProbeWish, TempoAccess,
    },
};
use crate::{
    clients::{
        deadline::Deadline,
        http::{HttpClient, HttpSetupError},
        tempo::TempoClient,
    },
    probe::{
        self, ENGINE_LIMIT, Look,
        logs::LogSources,
        network_path::Owners,
        tempo::{Names, Sampling},
        visit::Visit,
    },
    target::{self, Members},
};

/// Looks at a stack once.
pub async fn gather(request: &GatherRequest) -> Result<Snapshot, GatherError> {
    // On the heap, so that the futures of those who wait for it stay small.
    Box::pin(look_once(request)).await
}

async fn look_once(request: &GatherRequest) -> Result<Snapshot, GatherError> {
    let taken_at = Timestamp::now();
    let deadline = Deadline::after(request.timeout);
    let clients = Clients::new(&request.tempo)?;
    let ConnectedEngine { engine, mut facts } =
        connect(&request.engine, &request.environment, deadline).await?;

    let limit = deadline.capped(ENGINE_LIMIT);
    let (listed, networks, host) = tokio::join!(
        engine.containers(limit),
        engine.networks(limit),
        host_facts(&engine, limit),
    );
    let HostFacts {
        addresses,
        disks,
        data_root,
        clock_offset,
    } = host;
    facts.clock_offset = clock_offset;
    let listed = listed?;
    let (containers, undescribed) =
        probe::containers::inspect_all(&engine, &listed, deadline).await;
    let stack = match target::choose(&request.stack, &request.environment, &containers) {
        Ok(stack) => stack,
        Err(error) => return Err(GatherError::no_stack(error, undescribed)),
    };
    let since = taken_at
        .checked_sub(SignedDuration::try_from(request.since).unwrap_or(SignedDuration::MAX))
        .unwrap_or(Timestamp::UNIX_EPOCH);
    let label = hands::ProbeLabel::of(&containers, stack.project.as_ref());
    let hands = Hands::new(&request.deeper, &engine, &facts.platform, disks, label);
    let look = Look {
        engine: &engine,
        hands: &hands,
        addresses,
        disks,
        data_root: data_root.as_deref(),
        deadline,
        since,
        taken_at,
    };
    let facts_of_stack = stack_facts(&stack, request, &listed);
    let compose = probe::compose_files::of(&look, &facts_of_stack, &containers).await;
    let Members { inside, elsewhere } = target::members(&stack, compose.known(), containers);
    let gaps = gaps::of(&undescribed, &stack, &inside);
    let mut snapshot = Snapshot {
        schema_version: SNAPSHOT_VERSION,
        taken_at,
        ptctl_version: env!("CARGO_PKG_VERSION").to_owned(),
        since,
        origin: Origin::Engine,
        engine: facts,
        stack: facts_of_stack,
        networks: of_members(networks, &inside),
        containers: inside,
        elsewhere,
        events: Observed::Unknown(Gap::new(Probe::Events, Subject::Engine, NOT_ASKED)),
        network_paths: Vec::new(),
        canaries: Vec::new(),
        files: ProjectFiles::default(),
        tempos: Vec::new(),
        compose,
        images: Observed::Unknown(Gap::new(Probe::Images, Subject::Engine, NOT_ASKED)),
        collectors: Vec::new(),
        grafanas: Vec::new(),
        lokis: Vec::new(),
        prometheuses: Vec::new(),
        gaps,
        counted_before: None,
        deeds: Vec::new(),
        timed_out: false,
    };
    snapshot.images = probe::images::of(&look, &snapshot.containers).await;
    match request.depth {
        Depth::Everything => look_closer(&look, &clients, &request.tempo, &mut snapshot).await,
        Depth::Disks => {
            storage::look_at_disks(&look, &clients, &request.tempo, &mut snapshot).await;
        }
        Depth::Brief => {
            brief::look_briefly(&look, &clients, &request.tempo, &mut snapshot).await;
        }
        Depth::Description => {}
    }
    if let Some(wish) = request.deeper.canary {
        let canaries = probe::canary::of(&look, &request.tempo, wish, &snapshot);
        snapshot.canaries = Box::pin(canaries).await;
    }
    snapshot.deeds = hands.finish().await;
    snapshot.timed_out = deadline.has_passed();
    Ok(snapshot)
}

/// So many containers are visited at once; each visit has a thread.
const VISITS_AT_ONCE: usize = 16;

/// Why a fact is missing that nobody wanted.
const NOT_ASKED: &str = "not asked for";

/// What only the containers themselves and their logs can tell.
async fn look_closer(
    look: &Look<'_>,
    clients: &Clients,
    access: &TempoAccess,
    snapshot: &mut Snapshot,
) {
    let containers = &snapshot.containers;
    let names = Names::of(containers);
    let sources = LogSources::of(containers);
    let networks = snapshot.networks.known().map_or(&[][..], Vec::as_slice);
    let owners = Owners::of(containers, &snapshot.elsewhere, networks);
    let (events, logs, tempos, around, metrics, visits, log_files) = tokio::join!(
        probe::events::of(look, containers),
        logs_of(look, containers, &sources, has_telling_log),
        tempos(
            look,
            &clients.tempo,
            access,
            containers,
            &names,
            Sampling::few(containers)
        ),
        around::of(look, &clients.services, containers),
        futures_util::future::join_all(
            containers
                .iter()
                .map(|container| probe::service_metrics::of(look, &clients.services, container))
        ),
        visits(look, containers, &owners),
        probe::log_files::of(look, containers),
    );
    let (mut tempos, askers): (Vec<Tempo>, Vec<Option<TempoClient>>) = tempos.into_iter().unzip();
    // A service that only its spans betray is known as traced now.
    let seen: BTreeSet<&String> = tempos
        .iter()
        .filter_map(|tempo| tempo.services.known())
        .flatten()
        .collect();
    let betrayed = logs_of(look, containers, &sources, |container| {
        let is_seen = |name: &String| seen.contains(name);
        container.role == Role::Service
            && !has_telling_log(container)
            && (is_seen(&container.name) || container.service.as_ref().is_some_and(is_seen))
    })
    .await;
    for (at, facts) in logs.into_iter().chain(betrayed) {
        snapshot.containers[at].logs = facts;
    }
    probe::logged_traces::of(look, &askers, &mut tempos, &snapshot.containers).await;
    snapshot.events = events;
    snapshot.files.logs = log_files;
    snapshot.tempos = tempos;
    around.into_snapshot(snapshot);
    let mut visits = visits;
    visits.sort_by_key(|(at, _)| *at);
    for (at, visit) in visits {
        snapshot.containers[at].sockets = visit.sockets;
        snapshot.network_paths.extend(visit.path);
    }
    for (container, metrics) in snapshot.containers.iter_mut().zip(metrics) {
        container.metrics = metrics;
    }
}

/// What is learnt inside each container, by its place in the list.
async fn visits(look: &Look<'_>, containers: &[Container], owners: &Owners) -> Vec<(usize, Visit)> {
    let visits = containers
        .iter()
        .enumerate()
        .filter(|(_, container)| probe::visit::is_visited(container))
        .map(
            |(at, container)| async move { (at, probe::visit::of(look, container, owners).await) },
        );
    stream::iter(visits)
        .buffer_unordered(VISITS_AT_ONCE)
        .collect()
        .await
}

/// Whether a container's log tells about traces: a traced service, a backend, a collector.
fn has_telling_log(container: &Container) -> bool {
    match container.role {
        Role::Tempo | Role::Collector | Role::Grafana => true,
        Role::Service => !tracing_signs(container).is_empty(),
        // Their logs are long, and tell something about traces only where they ended.
        Role::Loki | Role::Prometheus => {
            !container.is_running() || container.state.restart_count > 0
        }
    }
}

/// The logs of the containers that are wanted, by their place in the list; all are read at once.
async fn logs_of(
    look: &Look<'_>,
    containers: &[Container],
    sources: &LogSources,
    wanted: impl Fn(&Container) -> bool,
) -> Vec<(usize, Observed<LogFacts>)> {
    let reads = containers
        .iter()
        .enumerate()
        .filter(|(_, container)| wanted(container))
        .map(
            |(at, container)| async move { (at, probe::logs::of(look, container, sources).await) },
        );
    futures_util::future::join_all(reads).await
}

/// The HTTP clients of one look.
struct Clients {
    /// Sends the headers and the tenant of the request.
    tempo: HttpClient,
    /// Sends neither: they are no business of the services.
    services: HttpClient,
}

impl Clients {
    fn new(access: &TempoAccess) -> Result<Self, HttpSetupError> {
        let mut headers = access.headers.clone();
        if let Some(tenant) = &access.tenant {
            headers.push(("X-Scope-OrgID".to_owned(), tenant.clone()));
        }
        Ok(Self {
            tempo: HttpClient::new(&headers, access.url.as_ref())?,
            services: HttpClient::new(&[], None)?,
        })
    }
}

//! Where a canary is looked for, from where, and for how long.

use std::time::Duration;

use futures_util::{StreamExt, stream::FuturesUnordered};
use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{
    release::Release,
    snapshot::{Landing, QueryTerms, Tempo},
    view::{Backend, Relay, Service},
};
use url::Url;

use super::Sky;
use crate::{
    clients::{
        http::HttpClient,
        otlp::Header,
        tempo::{HTTP_PORT, TempoClient},
    },
    gather::CanaryWait,
    inside::{Endurance, Patience, SeekTask, Seen, Sought, Task, Work, seek},
    secret::Secret,
};

/// How long a backend that the service sends to itself is asked by id, where nobody says how long.
const DIRECT_PATIENCE: Duration = Duration::from_secs(3);
/// Likewise behind a collector, which sends on in batches.
const RELAYED_PATIENCE: Duration = Duration::from_secs(8);
/// A backend shows by id at once what it took.
const DIRECT_DUE: Duration = Duration::from_secs(2);
/// Behind a collector that only batches.
const RELAYED_DUE: Duration = Duration::from_secs(30);
/// Tempo cuts what it took into what it searches after 10 s and some.
const SEARCHABLE_AFTER: Duration = Duration::from_secs(15);
/// What 3.x hides from searches by default (`query_frontend.query_end_cutoff`).
const HIDDEN_BY_3: Duration = Duration::from_secs(30);
/// Processors that lose nothing by what they are made for.
const KEEPING: [&str; 7] = [
    "attributes",
    "batch",
    "k8sattributes",
    "memory_limiter",
    "resource",
    "resourcedetection",
    "transform",
];

/// What is hunted for.
pub(super) struct Prey<'p> {
    pub(super) trace_ids: &'p [String],
    pub(super) text: Option<&'p str>,
    pub(super) sent_at: Timestamp,
    /// The tenant that it was written as.
    pub(super) tenant: Option<String>,
}

/// The way that a canary takes to a backend.
enum Route<'s> {
    /// Its service sends to the backend itself.
    Direct,
    /// Its service sends to a collector.
    Relayed(&'s Relay<'s>),
    /// Nobody knows.
    Unknown,
}

/// Looks in every backend until one of them has it. Where none has, what the one says that it should have come to.
pub(super) async fn of(
    sky: &Sky<'_>,
    service: &Service<'_>,
    prey: &Prey<'_>,
) -> Result<Landing, String> {
    let relay = sky.stack.relay_of(service);
    let direct = sky.stack.backend_of(service);
    let expected = direct.or_else(|| sky.stack.backends_of(relay?).next());
    let route = match (direct, relay) {
        (Some(_), _) => Route::Direct,
        (None, Some(relay)) => Route::Relayed(relay),
        (None, None) => Route::Unknown,
    };
    let mut hunts: FuturesUnordered<_> = sky
        .stack
        .backends
        .iter()
        .map(|backend| {
            let sought = Sought {
                trace_ids: prey.trace_ids.to_vec(),
                text: prey.text.map(str::to_owned),
                sent_at: prey.sent_at,
                patience: patience(sky.wish.wait, &route),
                endurance: Endurance {
                    by_id: due_by_id(&route),
                    by_search: due_by_search(backend.tempo),
                },
            };
            let found = hunt(sky, backend, sought, prey.tenant.as_ref());
            async move { (backend, found.await) }
        })
        .collect();
    let mut best = Err("there is no Tempo to look in".to_owned());
    while let Some((backend, found)) = hunts.next().await {
        if found.as_ref().is_ok_and(|landing| landing.by_id.is_found()) {
            return found;
        }
        let is_expected = expected.is_some_and(|expected| expected.subject == backend.subject);
        if is_expected || best.is_err() {
            best = found;
        }
    }
    best
}

async fn hunt(
    sky: &Sky<'_>,
    backend: &Backend<'_>,
    sought: Sought,
    tenant: Option<&String>,
) -> Result<Landing, String> {
    let headers = headers(sky, tenant);
    let (asked, seen) = match backend.tempo.reached.known() {
        Some(reached) => (
            reached.url().to_owned(),
            from_here(sky, reached.url(), terms(backend), &headers, &sought).await?,
        ),
        None => from_inside(sky, backend, headers, sought).await?,
    };
    Ok(Landing {
        tempo: backend.label().to_owned(),
        asked,
        by_id: seen.by_id,
        spans_found: seen.spans,
        spans_unknown: seen.unknown,
        text: seen.text,
        by_tags: seen.by_tags,
        by_query: seen.by_query,
    })
}

/// The headers of `--tempo-header`, and the tenant that the canary was written as, else that of `--tenant`.
fn headers(sky: &Sky<'_>, tenant: Option<&String>) -> Vec<Header> {
    let given = sky.access.headers.iter();
    let tenant = tenant.or(sky.access.tenant.as_ref());
    given
        .map(|(name, value)| (name.clone(), value.clone()))
        .chain(tenant.map(|tenant| ("X-Scope-OrgID".to_owned(), tenant.clone())))
        .map(|(name, value)| Header {
            name,
            value: Secret::new(value),
        })
        .collect()
}

/// How its backend wants to be asked, as far as it told.
fn terms(backend: &Backend<'_>) -> QueryTerms {
    let config = backend.tempo.config.known();
    config.map_or_else(QueryTerms::default, |config| config.queries.clone())
}

async fn from_here(
    sky: &Sky<'_>,
    base: &str,
    terms: QueryTerms,
    headers: &[Header],
    sought: &Sought,
) -> Result<Seen, String> {
    let base = Url::parse(base).map_err(|error| format!("`{base}` is no address: {error}"))?;
    // What is known as the backend's address may be `--tempo-url` with its credentials taken out.
    let base = match &sky.access.url {
        Some(given) if given.host() == base.host() && given.port() == base.port() => given.clone(),
        Some(_) | None => base,
    };
    let headers: Vec<_> = headers
        .iter()
        .map(|header| (header.name.clone(), header.value.reveal().to_owned()))
        .collect();
    let http = HttpClient::new(&headers, Some(&base)).map_err(|error| error.to_string())?;
    let client = TempoClient::new(http, base).under(terms);
    Ok(seek(&client, sought, sky.look.deadline).await)
}

/// From the backend's own network, where its API cannot be reached from here.
async fn from_inside(
    sky: &Sky<'_>,
    backend: &Backend<'_>,
    headers: Vec<Header>,
    sought: Sought,
) -> Result<(String, Seen), String> {
    let container = backend
        .container
        .ok_or("the API of its Tempo cannot be reached from here")?;
    let port = backend
        .tempo
        .config
        .known()
        .map_or(HTTP_PORT, |config| config.http_port);
    let address = format!("http://127.0.0.1:{port}");
    let base = Url::parse(&address).map_err(|error| error.to_string())?;
    let task = SeekTask {
        base,
        terms: terms(backend),
        headers,
        sought,
    };
    let answers = sky
        .look
        .hands
        .in_network_of(container, vec![Task::from(task)], sky.look.deadline)
        .await
        .map_err(crate::gather::hands::NoHands::reason)?;
    let seen = answers
        .into_iter()
        .find_map(SeekTask::found)
        .ok_or("nobody said whether it was found")??;
    let asked = format!("{address} in the network of `{}`", backend.label());
    Ok((asked, seen))
}

fn patience(wait: CanaryWait, route: &Route<'_>) -> Patience {
    match wait {
        CanaryWait::For(wait) => Patience {
            by_id: wait,
            by_search: wait,
        },
        CanaryWait::Briefly => Patience {
            by_id: match route {
                Route::Direct => DIRECT_PATIENCE,
                Route::Relayed(_) | Route::Unknown => RELAYED_PATIENCE,
            },
            by_search: Duration::ZERO,
        },
    }
}

/// By when a canary has to be there by its id. What samples, filters or is unknown may keep it for ever.
fn due_by_id(route: &Route<'_>) -> Duration {
    let keeps = |relay: &Relay<'_>| {
        relay.pipelines.known().is_some_and(|pipelines| {
            pipelines
                .processors
                .iter()
                .all(|part| KEEPING.contains(&part.kind.as_str()))
        })
    };
    match route {
        Route::Direct => DIRECT_DUE,
        Route::Relayed(relay) if keeps(relay) => RELAYED_DUE,
        Route::Relayed(_) | Route::Unknown => Duration::MAX,
    }
}

/// By when a search has to find what is there by its id.
fn due_by_search(tempo: &Tempo) -> Duration {
    let version = tempo
        .version
        .known()
        .map(|version| version.version.as_str());
    let configured = tempo
        .config
        .known()
        .and_then(|config| config.query_end_cutoff)
        .and_then(|cutoff: SignedDuration| Duration::try_from(cutoff).ok());
    let hidden = match version {
        Some(version) if version.contains("minitempo") => Duration::ZERO,
        Some(version) if Release::read(version).is_some_and(|release| release.major < 3) => {
            configured.unwrap_or(Duration::ZERO)
        }
        Some(_) | None => configured.unwrap_or(HIDDEN_BY_3),
    };
    hidden + SEARCHABLE_AFTER
}

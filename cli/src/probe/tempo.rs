//! A backend: how it is reached, whether it is ready, what it is and what it has.

pub(crate) mod configuration;

use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use ptctl_diagnosis::{
    document::Document,
    observed::{Gap, Observed, Probe},
    snapshot::{Container, Reached, Readiness, SpanSighting, Tempo, TempoConfig},
    subject::Subject,
};
use url::Url;

use super::{Look, file::Files, volume, way::ways};
use crate::clients::{
    http::{HttpClient, HttpFault},
    tempo::{HTTP_PORT, TempoClient},
};

/// How many services are searched for at once, and at all.
const SEARCHES_AT_ONCE: usize = 8;
const SEARCH_LIMIT: usize = 64;
/// Ports on which Tempo speaks something else than its HTTP API: gRPC, OTLP, Jaeger, Zipkin, `OpenCensus`, memberlist.
const OTHER_PORTS: [u16; 8] = [9095, 4317, 4318, 14250, 14268, 9411, 55678, 7946];

/// A Tempo that is to be looked at.
#[derive(Debug)]
pub(crate) struct Candidate<'c> {
    /// What findings call it.
    pub(crate) name: String,
    /// Its container, where it has one on this engine.
    pub(crate) container: Option<&'c Container>,
    /// The address of `--tempo-url`.
    pub(crate) given: Option<Url>,
}

/// Looks at one backend. `names` are the service names to search for beside those that it lists itself.
pub(crate) async fn of(
    look: &Look<'_>,
    http: &HttpClient,
    candidate: Candidate<'_>,
    names: &[String],
) -> Tempo {
    let name = candidate.name.clone();
    let subject = Subject::Tempo(name.clone());
    let gap = |probe, reason: &str| Gap::new(probe, subject.clone(), reason);
    let file = match candidate.container {
        Some(container) => configuration::from_container(Files::Container(look), container).await,
        None => Err("it has no container on this engine".to_owned()),
    };
    let settings = file.as_ref().ok().map(|file| &file.config);
    let document: Observed<Document> = file
        .as_ref()
        .map_err(String::clone)
        .and_then(|file| file.document.clone())
        .map_err(|reason| gap(Probe::TempoConfig, &reason))
        .into();
    let found = reach(look, http, &candidate, settings).await;
    let storage = async |config: Option<&TempoConfig>| match candidate.container {
        Some(container) => volume::of(look, container, &subject, config).await,
        None => Observed::Unknown(gap(Probe::Volume, "it has no container on this engine")),
    };
    let config_of_file = |why: &str| match &file {
        Ok(file) => Observed::Known(file.config.clone()),
        Err(reason) => Observed::Unknown(gap(Probe::TempoConfig, &format!("{why}; {reason}"))),
    };
    let container = candidate.container.map(|container| container.id.clone());
    let (reached, ready, client) = match found {
        Found::Answers(reached, ready, client) => {
            (Observed::Known(reached), Observed::Known(ready), client)
        }
        Found::Silent(reached, ready) => {
            let why = "its API did not answer";
            return Tempo {
                reached: Observed::Known(reached),
                ready: Observed::Known(ready),
                ..unknown(
                    name,
                    container,
                    &gap,
                    why,
                    config_of_file(why),
                    document,
                    storage(settings).await,
                )
            };
        }
        Found::NoWay(why) => {
            return unknown(
                name,
                container,
                &gap,
                &why,
                config_of_file(&why),
                document,
                storage(settings).await,
            );
        }
    };
    let observed = |probe, fault: HttpFault| Gap::new(probe, subject.clone(), fault.to_string());
    let deadline = look.http_deadline();
    let (version, config, metrics, (services, sightings), oldest_trace, query, volume) = tokio::join!(
        client.version(deadline),
        client.config(deadline),
        client.metrics(deadline),
        sightings(look, &client, names),
        oldest(look, &client, settings),
        client.query_path(look.since, look.taken_at, deadline),
        storage(settings),
    );
    Tempo {
        name,
        container,
        reached,
        ready,
        version: version
            .map_err(|fault| observed(Probe::TempoVersion, fault))
            .into(),
        config: match config {
            Ok(config) => Observed::Known(config),
            Err(fault) => config_of_file(&fault.to_string()),
        },
        file: document,
        metrics: metrics
            .map_err(|fault| observed(Probe::TempoMetrics, fault))
            .into(),
        services: services
            .map_err(|fault| observed(Probe::TempoSearch, fault))
            .into(),
        sightings: sightings
            .map_err(|fault| observed(Probe::TempoSearch, fault))
            .into(),
        oldest_trace: oldest_trace
            .map_err(|fault| observed(Probe::TempoSearch, fault))
            .into(),
        query: query
            .map_err(|fault| observed(Probe::TempoSearch, fault))
            .into(),
        volume,
    }
}

/// A backend whose API says nothing, for the reason given.
fn unknown(
    name: String,
    container: Option<ptctl_diagnosis::snapshot::ContainerId>,
    gap: &impl Fn(Probe, &str) -> Gap,
    why: &str,
    config: Observed<TempoConfig>,
    file: Observed<Document>,
    volume: Observed<ptctl_diagnosis::snapshot::VolumeUsage>,
) -> Tempo {
    Tempo {
        name,
        container,
        reached: Observed::Unknown(gap(Probe::TempoAddress, why)),
        ready: Observed::Unknown(gap(Probe::TempoReady, why)),
        version: Observed::Unknown(gap(Probe::TempoVersion, why)),
        config,
        file,
        metrics: Observed::Unknown(gap(Probe::TempoMetrics, why)),
        services: Observed::Unknown(gap(Probe::TempoSearch, why)),
        sightings: Observed::Unknown(gap(Probe::TempoSearch, why)),
        oldest_trace: Observed::Unknown(gap(Probe::TempoSearch, why)),
        query: Observed::Unknown(gap(Probe::TempoSearch, why)),
        volume,
    }
}

/// What came of trying to reach an API.
enum Found {
    /// It answers at this address.
    Answers(Reached, Readiness, TempoClient),
    /// It was tried and said nothing.
    Silent(Reached, Readiness),
    /// There is nothing to try, for this reason.
    NoWay(String),
}

/// Tries every way at once and takes the best one that answers, so that silence costs one deadline.
async fn reach(
    look: &Look<'_>,
    http: &HttpClient,
    candidate: &Candidate<'_>,
    config: Option<&TempoConfig>,
) -> Found {
    let ways = match (&candidate.given, candidate.container) {
        (Some(url), _) => vec![Reached::Given(without_credentials(url))],
        (None, Some(container)) => {
            if !container.is_running() {
                return Found::NoWay(format!(
                    "the container is {}",
                    container.state.status.word()
                ));
            }
            let ways = ways_to(look, container, config);
            if ways.is_empty() {
                return Found::NoWay(
                    "it publishes no port of its API, and container addresses cannot be reached from here".to_owned(),
                );
            }
            ways
        }
        (None, None) => return Found::NoWay("nothing tells where it is".to_owned()),
    };
    let deadline = look.http_deadline();
    let count = ways.len();
    let answers = stream::iter(ways).map(|way| async {
        let url = match &candidate.given {
            Some(url) => Ok(url.clone()),
            None => Url::parse(way.url()),
        };
        let client = TempoClient::new(http.clone(), url.map_err(|error| error.to_string())?);
        let ready = client.ready(deadline).await;
        Ok::<_, String>((way, ready, client))
    });
    let mut answers = std::pin::pin!(answers.buffered(count));
    let mut silent = None;
    while let Some(answer) = answers.next().await {
        match answer {
            Ok((way, ready @ Readiness::NoAnswer { .. }, _)) => {
                silent.get_or_insert((way, ready));
            }
            Ok((way, ready, client)) => return Found::Answers(way, ready, client),
            Err(reason) => return Found::NoWay(reason),
        }
    }
    match silent {
        Some((way, ready)) => Found::Silent(way, ready),
        None => Found::NoWay("nothing tells where it is".to_owned()),
    }
}

fn ways_to(look: &Look<'_>, container: &Container, config: Option<&TempoConfig>) -> Vec<Reached> {
    let to = |port| ways(container, port, look.engine.endpoint(), look.addresses);
    if let Some(config) = config {
        return to(config.http_port);
    }
    let usual = to(HTTP_PORT);
    if !usual.is_empty()
        && container
            .published_ports
            .iter()
            .any(|port| port.container_port == HTTP_PORT)
    {
        return usual;
    }
    // Its configuration could not be read: any other port that it publishes may be the one.
    let published = container
        .published_ports
        .iter()
        .map(|port| port.container_port)
        .filter(|port| !OTHER_PORTS.contains(port))
        .flat_map(to);
    let mut all: Vec<Reached> = published.chain(usual).collect();
    all.dedup();
    all
}

fn without_credentials(url: &Url) -> String {
    let mut url = url.clone();
    // Both fail only for a URL that cannot hold credentials in the first place.
    if url.set_username("").is_ok() && url.set_password(None).is_ok() {
        url.set_query(None);
    }
    url.to_string().trim_end_matches('/').to_owned()
}

type Sightings = Result<Vec<SpanSighting>, HttpFault>;

/// The services that it knows and the newest span of each of them and of each name asked for.
async fn sightings(
    look: &Look<'_>,
    client: &TempoClient,
    names: &[String],
) -> (Result<Vec<String>, HttpFault>, Sightings) {
    let deadline = look.http_deadline();
    let services = client.services(look.since, look.taken_at, deadline).await;
    let mut wanted: Vec<String> = services.iter().flatten().chain(names).cloned().collect();
    wanted.sort();
    wanted.dedup();
    wanted.truncate(SEARCH_LIMIT);
    let found: Vec<Result<SpanSighting, HttpFault>> = stream::iter(wanted)
        .map(|service_name| async move {
            let last_at = client
                .newest_of(&service_name, look.since, look.taken_at, deadline)
                .await?;
            Ok(SpanSighting {
                service_name,
                last_at,
            })
        })
        .buffered(SEARCHES_AT_ONCE)
        .collect()
        .await;
    (services, found.into_iter().collect())
}

/// The oldest trace, looked for days further back than anything should be kept: blocks go up to a day late.
async fn oldest(
    look: &Look<'_>,
    client: &TempoClient,
    config: Option<&TempoConfig>,
) -> Result<Option<jiff::Timestamp>, HttpFault> {
    const FURTHER: SignedDuration = SignedDuration::from_hours(72);
    const USUAL: SignedDuration = SignedDuration::from_hours(336);
    let kept = config.and_then(|config| config.retention).unwrap_or(USUAL);
    let reach = kept.checked_add(FURTHER).unwrap_or(kept);
    client
        .oldest(look.taken_at, reach, look.http_deadline())
        .await
}

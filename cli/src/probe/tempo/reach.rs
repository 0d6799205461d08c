//! How a backend's API is reached from here.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use ptctl_diagnosis::snapshot::{Container, Reached, Readiness, TempoConfig};
use url::Url;

use super::{Answering, Candidate, configuration::ConfigFile};
use crate::{
    clients::{
        http::HttpClient,
        tempo::{HTTP_PORT, TempoClient},
    },
    probe::{
        Look,
        way::{is_telling, ways},
    },
};

/// Ports on which Tempo speaks something else than its HTTP API: gRPC, OTLP, Jaeger, Zipkin, `OpenCensus`, memberlist.
const OTHER_PORTS: [u16; 8] = [9095, 4317, 4318, 14250, 14268, 9411, 55678, 7946];

/// What came of trying to reach an API.
pub(super) enum Found {
    /// It answers.
    Answers(Box<Answering>),
    /// It was tried and said nothing.
    Silent(Reached, Readiness),
    /// There is nothing to try, for this reason.
    NoWay(String),
}

/// Tries every way at once and takes the best one that answers, so that silence costs one deadline.
pub(super) async fn reach(
    look: &Look<'_>,
    http: &HttpClient,
    candidate: &Candidate<'_>,
    file: Option<&ConfigFile>,
) -> Found {
    const NO_PORT: &str =
        "it publishes no port of its API, and its own address cannot be reached from here";
    const WITHIN: &str = "its API listens on loopback alone (`server.http_listen_address`), which nobody outside its \
                          container can reach";
    let config = file.map(|file| &file.config);
    let ways = match (&candidate.given, candidate.container) {
        (Some(url), _) => vec![Reached::Given(without_credentials(url))],
        (None, Some(container)) => {
            if !container.is_running() {
                return Found::NoWay(format!(
                    "the container is {}",
                    container.state.status.word()
                ));
            }
            if file.is_some_and(|file| file.listens_within(container)) {
                return from_inside(look, http, container, config, WITHIN).await;
            }
            let ways = ways_to(look, container, config);
            if ways.is_empty() {
                return from_inside(look, http, container, config, NO_PORT).await;
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
                if is_telling(&way, look.addresses) {
                    silent.get_or_insert((way, ready));
                }
            }
            Ok((reached, ready, client)) => {
                return Found::Answers(Box::new(Answering {
                    reached,
                    ready,
                    client,
                }));
            }
            Err(reason) => return Found::NoWay(reason),
        }
    }
    match (silent, candidate.container) {
        (Some((way, ready)), _) => Found::Silent(way, ready),
        (None, Some(container)) => from_inside(look, http, container, config, NO_PORT).await,
        (None, None) => Found::NoWay("nothing tells where it is".to_owned()),
    }
}

/// Asks from inside the container's own network, where there is no other way for the reason given.
async fn from_inside(
    look: &Look<'_>,
    http: &HttpClient,
    container: &Container,
    config: Option<&TempoConfig>,
    because: &str,
) -> Found {
    let relay = match look.hands.relay_into(container, look.deadline).await {
        Ok(relay) => relay,
        Err(no_hands) => {
            return Found::NoWay(format!("{because}; {}", no_hands.reason()));
        }
    };
    let port = config.map_or(HTTP_PORT, |config| config.http_port);
    let base = format!("http://127.0.0.1:{port}");
    let Ok(url) = Url::parse(&base) else {
        return Found::NoWay(format!("`{base}` is no address"));
    };
    let client = TempoClient::new(http.carried_by(Arc::new(relay)), url);
    let reached = Reached::Inside(base);
    match client.ready(look.http_deadline()).await {
        ready @ Readiness::NoAnswer { .. } => Found::Silent(reached, ready),
        ready => Found::Answers(Box::new(Answering {
            reached,
            ready,
            client,
        })),
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

/// An address without its user, password and query.
pub(crate) fn without_credentials(url: &Url) -> String {
    let mut url = url.clone();
    // Both fail only for a URL that cannot hold credentials in the first place.
    if url.set_username("").is_ok() && url.set_password(None).is_ok() {
        url.set_query(None);
    }
    url.to_string().trim_end_matches('/').to_owned()
}

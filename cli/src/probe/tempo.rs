//! A backend: how it is reached, whether it is ready, what it is and what it has.

pub(crate) mod configuration;
mod reach;
mod sample;
mod sightings;

use jiff::SignedDuration;
use ptctl_diagnosis::{
    document::Document,
    observed::{Gap, Observed, Probe},
    snapshot::{
        Container, QueryTerms, Reached, Readiness, SpanSighting, Tempo, TempoConfig, TraceSample,
    },
    subject::Subject,
};
use url::Url;

use self::{
    configuration::ConfigFile,
    reach::{Found, reach},
    sample::sample,
    sightings::{Found as FoundServices, sightings},
};
pub(crate) use self::{reach::without_credentials, sample::Sampling, sightings::Names};
use super::{
    Look,
    file::Files,
    volume::{self, Disk},
};
use crate::clients::{
    http::{HttpClient, HttpFault},
    tempo::TempoClient,
};

/// Why a backend's files and disk are unknown.
const NO_CONTAINER: &str = "it has no container on this engine";

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

/// Looks at one backend, and in it for spans under the names of the stack and those that it lists itself.
pub(crate) async fn of(
    look: &Look<'_>,
    http: &HttpClient,
    candidate: Candidate<'_>,
    names: &Names,
    sampling: Sampling,
) -> (Tempo, Option<TempoClient>) {
    let file = match candidate.container {
        Some(container) => configuration::from_container(Files::Container(look), container).await,
        None => Err(NO_CONTAINER.to_owned()),
    };
    let backend = Backend {
        subject: Subject::Tempo(candidate.name.clone()),
        candidate,
        file,
        sampling,
    };
    match reach(look, http, &backend.candidate, backend.file.as_ref().ok()).await {
        // On the heap, so that the future of a look stays small.
        Found::Answers(answering) => {
            let (tempo, client) = Box::pin(backend.asked(look, answering, names)).await;
            (tempo, Some(client))
        }
        Found::Silent(reached, ready) => {
            let tempo = Tempo {
                reached: Observed::Known(reached),
                ready: Observed::Known(ready),
                ..backend.unasked(look, "its API did not answer").await
            };
            (tempo, None)
        }
        Found::NoWay(why) => (backend.unasked(look, &why).await, None),
    }
}

/// Whether one backend is ready and what it has counted, and nothing of its traces: a Tempo that was searched half a
/// minute ago does not stop by itself.
pub(crate) async fn in_brief(
    look: &Look<'_>,
    http: &HttpClient,
    candidate: Candidate<'_>,
) -> Tempo {
    const NOT_ASKED: &str = "not asked for";
    let file = match candidate.container {
        Some(container) => configuration::from_container(Files::Container(look), container).await,
        None => Err(NO_CONTAINER.to_owned()),
    };
    let backend = Backend {
        subject: Subject::Tempo(candidate.name.clone()),
        candidate,
        file,
        sampling: Sampling::None,
    };
    let disk = Disk {
        usage: Observed::Unknown(backend.gap(Probe::Volume, NOT_ASKED)),
        stored: None,
    };
    match reach(look, http, &backend.candidate, backend.file.as_ref().ok()).await {
        Found::Answers(answering) => {
            let metrics = answering.client.metrics(look.http_deadline()).await;
            Tempo {
                metrics: backend.observed(Probe::TempoMetrics, metrics),
                reached: Observed::Known(answering.reached),
                ready: Observed::Known(answering.ready),
                ..backend.silent(NOT_ASKED, disk)
            }
        }
        Found::Silent(reached, ready) => Tempo {
            reached: Observed::Known(reached),
            ready: Observed::Known(ready),
            ..backend.silent("its API did not answer", disk)
        },
        Found::NoWay(why) => backend.silent(&why, disk),
    }
}

/// An API that answers.
struct Answering {
    reached: Reached,
    /// What it says of itself.
    ready: Readiness,
    client: TempoClient,
}

/// Reaches a backend's API and asks nothing else. `Err` says why nobody answers there.
pub(crate) async fn open(
    look: &Look<'_>,
    http: &HttpClient,
    candidate: &Candidate<'_>,
) -> Result<(Reached, TempoClient), String> {
    let file = match candidate.container {
        Some(container) => configuration::from_container(Files::Container(look), container).await,
        None => Err(NO_CONTAINER.to_owned()),
    };
    match reach(look, http, candidate, file.as_ref().ok()).await {
        Found::Answers(answering) => Ok((answering.reached, answering.client)),
        Found::Silent(reached, ready) => Err(match ready {
            Readiness::NoAnswer { reason } => format!("{reached}: {reason}"),
            Readiness::Ready | Readiness::NotReady { .. } => format!("{reached}: no answer"),
        }),
        Found::NoWay(why) => Err(why),
    }
}

/// The services of a backend, their newest spans, and some of their traces where those are wanted.
type Searched = (
    Result<Vec<String>, HttpFault>,
    Result<Vec<SpanSighting>, HttpFault>,
    Option<Result<TraceSample, HttpFault>>,
);

/// What is known of a backend without its API.
struct Backend<'c> {
    candidate: Candidate<'c>,
    subject: Subject,
    file: Result<ConfigFile, String>,
    sampling: Sampling,
}

impl Backend<'_> {
    /// Its facts where its API answers.
    async fn asked(
        self,
        look: &Look<'_>,
        answering: Box<Answering>,
        names: &Names,
    ) -> (Tempo, TempoClient) {
        let Answering {
            reached,
            ready,
            client,
        } = *answering;
        let deadline = look.http_deadline();
        let (version, config) = tokio::join!(client.version(deadline), client.config(deadline));
        let config = match config {
            Ok(config) => Observed::Known(config),
            Err(fault) => self.config_of_file(&fault.to_string()),
        };
        let terms = config
            .known()
            .map_or_else(QueryTerms::default, |config| config.queries.clone());
        let client = client.under(terms);
        let client = match &version {
            Ok(version) => client.of_release(version),
            Err(_) => client,
        };
        let (metrics, (services, sightings, sample), oldest_trace, query, disk) = tokio::join!(
            client.metrics(deadline),
            self.searched(look, &client, names),
            oldest(look, &client, self.settings()),
            client.query_path(look.since, look.taken_at, deadline),
            self.disk(look),
        );
        let tempo = Tempo {
            reached: Observed::Known(reached),
            ready: Observed::Known(ready),
            version: self.observed(Probe::TempoVersion, version),
            config,
            file: self.document(),
            metrics: self.observed(Probe::TempoMetrics, metrics),
            services: self.observed(Probe::TempoSearch, services),
            sightings: self.observed(Probe::TempoSearch, sightings),
            sample: sample.map(|sample| self.observed(Probe::Traces, sample)),
            logged: None,
            oldest_trace: self.observed(Probe::TempoSearch, oldest_trace),
            query: self.observed(Probe::TempoSearch, query),
            volume: disk.usage,
            stored: disk.stored,
            container: self
                .candidate
                .container
                .map(|container| container.id.clone()),
            name: self.candidate.name,
        };
        (tempo, client)
    }

    /// Its facts where its API says nothing, for the reason given.
    async fn unasked(self, look: &Look<'_>, why: &str) -> Tempo {
        let disk = self.disk(look).await;
        self.silent(why, disk)
    }

    fn silent(self, why: &str, disk: Disk) -> Tempo {
        Tempo {
            reached: Observed::Unknown(self.gap(Probe::TempoAddress, why)),
            ready: Observed::Unknown(self.gap(Probe::TempoReady, why)),
            version: Observed::Unknown(self.gap(Probe::TempoVersion, why)),
            config: self.config_of_file(why),
            file: self.document(),
            metrics: Observed::Unknown(self.gap(Probe::TempoMetrics, why)),
            services: Observed::Unknown(self.gap(Probe::TempoSearch, why)),
            sightings: Observed::Unknown(self.gap(Probe::TempoSearch, why)),
            sample: match self.sampling {
                Sampling::Few { .. } => Some(Observed::Unknown(self.gap(Probe::Traces, why))),
                Sampling::None => None,
            },
            logged: None,
            oldest_trace: Observed::Unknown(self.gap(Probe::TempoSearch, why)),
            query: Observed::Unknown(self.gap(Probe::TempoSearch, why)),
            volume: disk.usage,
            stored: disk.stored,
            container: self
                .candidate
                .container
                .map(|container| container.id.clone()),
            name: self.candidate.name,
        }
    }

    /// The services that it has spans of, their newest ones, and some of their traces.
    async fn searched(&self, look: &Look<'_>, client: &TempoClient, names: &Names) -> Searched {
        let FoundServices {
            services,
            sightings,
            traces,
        } = sightings(look, client, names).await;
        let sample = match (self.sampling, &sightings) {
            (Sampling::None, _) => None,
            (Sampling::Few { .. }, Err(fault)) if traces.iter().all(Vec::is_empty) => {
                Some(Err(fault.clone()))
            }
            (Sampling::Few { since }, Ok(_) | Err(_)) => {
                Some(sample(look, client, &traces, since).await)
            }
        };
        (services, sightings, sample)
    }

    fn gap(&self, probe: Probe, reason: &str) -> Gap {
        Gap::new(probe, self.subject.clone(), reason)
    }

    fn observed<T>(&self, probe: Probe, answer: Result<T, HttpFault>) -> Observed<T> {
        answer
            .map_err(|fault| self.gap(probe, &fault.to_string()))
            .into()
    }

    /// The settings of its configuration file, where that could be read.
    fn settings(&self) -> Option<&TempoConfig> {
        self.file.as_ref().ok().map(|file| &file.config)
    }

    /// The settings of its configuration file, where its API does not tell them for the reason given.
    fn config_of_file(&self, why: &str) -> Observed<TempoConfig> {
        match &self.file {
            Ok(file) => Observed::Known(file.config.clone()),
            Err(reason) => {
                Observed::Unknown(self.gap(Probe::TempoConfig, &format!("{why}; {reason}")))
            }
        }
    }

    fn document(&self) -> Observed<Document> {
        let document = self.file.as_ref().map_err(String::clone);
        document
            .and_then(|file| file.document.clone())
            .map_err(|reason| self.gap(Probe::TempoConfig, &reason))
            .into()
    }

    async fn disk(&self, look: &Look<'_>) -> Disk {
        match self.candidate.container {
            Some(container) => volume::of(look, container, &self.subject, self.settings()).await,
            None => Disk {
                usage: Observed::Unknown(self.gap(Probe::Volume, NO_CONTAINER)),
                stored: None,
            },
        }
    }
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

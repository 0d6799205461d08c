//! Tempo's HTTP API, 2.x and 3.x, and what copies it.

mod canary;
mod config;
mod metrics;
mod query;
mod recent;
mod search;
mod span_metrics;
mod terms;
mod trace;
mod trace_search;
mod wire;

use jiff::Timestamp;
use ptctl_diagnosis::{
    release::Release,
    snapshot::{QueryTerms, Readiness, TempoConfig, TempoMetrics, TempoVersion},
};
use serde::Deserialize;
use url::Url;

pub(crate) use self::{
    canary::CanarySearch,
    config::HTTP_PORT,
    recent::{EndedBy, RecentTraces},
    trace::StoredTrace,
    trace_search::{FoundTrace, SearchRange, TraceSearch},
};
pub use self::{
    config::{ConfigError, read_config},
    trace::TraceSummary,
};
use super::{
    deadline::Deadline,
    http::{HttpClient, HttpFault},
};

/// The first release whose search returns the newest where that is asked for (`most_recent=true`).
const SORTS_SINCE: Release = Release::new(2, 8, 0);

/// The part of `/api/status/buildinfo` that is used.
#[derive(Deserialize)]
struct BuildInfo {
    version: String,
    #[serde(default)]
    branch: String,
}

/// A backend's HTTP API at one address.
#[derive(Debug, Clone)]
pub struct TempoClient {
    http: HttpClient,
    base: Url,
    terms: QueryTerms,
    order: Order,
}

/// Which traces a search returns where it finds more than it may return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Any.
    Any,
    /// The newest, without being asked: minitempo.
    Newest,
    /// The newest, where the query asks for them: Tempo since 2.8.
    NewestIfAsked,
}

impl TempoClient {
    /// The API below `base`.
    pub fn new(http: HttpClient, base: Url) -> Self {
        Self {
            http,
            base,
            terms: QueryTerms::default(),
            order: Order::Any,
        }
    }

    /// The same API, asked as its release can be.
    #[must_use]
    pub fn of_release(self, version: &TempoVersion) -> Self {
        let sorts = Release::read(&version.version).is_some_and(|release| release >= SORTS_SINCE);
        let order = if version.version.contains("minitempo") {
            Order::Newest
        } else if sorts {
            Order::NewestIfAsked
        } else {
            Order::Any
        };
        Self { order, ..self }
    }

    /// The same API, asked as its configuration wants it.
    #[must_use]
    pub fn under(self, terms: QueryTerms) -> Self {
        Self { terms, ..self }
    }

    /// The same API, of which no longer answer than this many bytes is taken.
    #[must_use]
    pub(crate) fn up_to(&self, longest: usize) -> Self {
        Self {
            http: self.http.up_to(longest),
            ..self.clone()
        }
    }

    async fn json<T: for<'de> Deserialize<'de>>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        deadline: Deadline,
    ) -> Result<T, HttpFault> {
        let body = self.http.get(self.url(path, query), deadline).await?;
        serde_json::from_slice(&body).map_err(|error| HttpFault::Answer(error.to_string()))
    }

    async fn text(&self, path: &str, deadline: Deadline) -> Result<String, HttpFault> {
        let body = self.http.get(self.url(path, &[]), deadline).await?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// What `/ready` says; no answer is an answer too.
    pub async fn ready(&self, deadline: Deadline) -> Readiness {
        match self.http.ask(self.url("/ready", &[]), deadline).await {
            Ok((200, _)) => Readiness::Ready,
            Ok((503, body)) if only_waits(&body) => Readiness::Ready,
            Ok((status, body)) => Readiness::NotReady {
                status,
                reason: String::from_utf8_lossy(&body).trim().to_owned(),
            },
            Err(fault) => Readiness::NoAnswer {
                reason: fault.to_string(),
            },
        }
    }

    /// What it is: by `/api/status/buildinfo`, else by `/status/version`.
    pub async fn version(&self, deadline: Deadline) -> Result<TempoVersion, HttpFault> {
        match self
            .json::<BuildInfo>("/api/status/buildinfo", &[], deadline)
            .await
        {
            Ok(info) => Ok(TempoVersion {
                version: info.version,
                branch: info.branch,
            }),
            Err(HttpFault::Status { status: 404, .. }) => {
                let text = self.text("/status/version", deadline).await?;
                version_line(&text)
                    .ok_or_else(|| HttpFault::Answer("it names no version".to_owned()))
            }
            Err(fault) => Err(fault),
        }
    }

    /// Its effective configuration.
    pub async fn config(&self, deadline: Deadline) -> Result<TempoConfig, HttpFault> {
        let text = self.text("/status/config", deadline).await?;
        read_config(&text, "/status/config").map_err(|error| HttpFault::Answer(error.to_string()))
    }

    /// Its counters.
    pub async fn metrics(&self, deadline: Deadline) -> Result<TempoMetrics, HttpFault> {
        let text = self.text("/metrics", deadline).await?;
        metrics::read(&text)
            .ok_or_else(|| HttpFault::Answer("they hold no metric of Tempo's".to_owned()))
    }

    /// When a moment is, as its search takes it: whole seconds.
    fn seconds(time: Timestamp) -> String {
        time.as_second().to_string()
    }
}

/// Whether a Tempo of 2.x has passed all its checks and only waits. It counts its 15 s from the first time that anybody
/// asks, be that hours after its start, and takes and finds spans all the while.
fn only_waits(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    text.contains("waiting for ") && text.trim_end().ends_with(" after being ready")
}

/// `tempo, version 2.10.8 (branch: release-v2.10, revision: f0f3ed591)`.
fn version_line(text: &str) -> Option<TempoVersion> {
    let rest = text.lines().find_map(|line| {
        line.split_once("version ")
            .map(|(_, rest)| rest)
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    })?;
    let version = rest.split([' ', '(']).next()?.to_owned();
    let branch = rest
        .split_once("branch: ")
        .map(|(_, rest)| {
            rest.split([',', ')'])
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned()
        })
        .unwrap_or_default();
    Some(TempoVersion { version, branch })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tempo_that_only_waits_since_it_was_first_asked_is_ready() {
        // Recorded from 2.10.8, asked for the first time a minute after its start, and in its first tenth of a second.
        let asked =
            "Ingester not ready: ingester check ready failed: waiting for 15s after being ready\n";
        assert!(only_waits(asked.as_bytes()));
        let starting = "Some services are not Running:\nNew: 5\nStarting: 8\nRunning: 5\n\n";
        assert!(!only_waits(starting.as_bytes()));
        assert!(!only_waits(
            b"Ingester not ready: instance 1 in state JOINING\n"
        ));
    }

    #[test]
    fn the_version_page_of_an_old_tempo_is_read() {
        let page = "GET /status/version\ntempo, version 2.10.8 (branch: release-v2.10, revision: f0f3ed591)\n  build user:\n";
        assert_eq!(
            version_line(page),
            Some(TempoVersion {
                version: "2.10.8".into(),
                branch: "release-v2.10".into()
            })
        );
    }
}

//! Traces that match a query, as a list for people.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{
    redact,
    trace::{ServiceShare, TraceId},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::TempoClient;
use crate::clients::{deadline::Deadline, http::HttpFault};

/// Where traces are searched for.
pub(super) const SEARCH: &str = "/api/search";
/// What Tempo gives for the service of a root that has not come.
const ROOTLESS: &str = "<root span not yet received>";

/// The time in which traces that are searched for have a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct SearchRange {
    /// The earlier end.
    pub(crate) since: Timestamp,
    /// The later end.
    pub(crate) until: Timestamp,
}

impl SearchRange {
    /// How long it is.
    pub(crate) fn seconds(self) -> f64 {
        self.until.duration_since(self.since).as_secs_f64()
    }
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TraceSearch {
    /// The traces, the newest first.
    pub(crate) traces: Vec<FoundTrace>,
    /// Traces whose id could not be read.
    pub(crate) unreadable: usize,
    /// Of so many parts of the work so many were done, where not all were.
    pub(crate) unfinished: Option<(u64, u64)>,
}

/// A trace that matches.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FoundTrace {
    /// Its id.
    pub(crate) id: TraceId,
    /// The service of its root, where that has come.
    pub(crate) root_service: Option<String>,
    /// The name of its root.
    pub(crate) root_name: Option<String>,
    /// When it began.
    pub(crate) started_at: Option<Timestamp>,
    /// How long it took, in milliseconds.
    pub(crate) duration_ms: u64,
    /// Its services, where Tempo counts them.
    pub(crate) services: Option<Vec<ServiceShare>>,
}

impl FoundTrace {
    /// When it ended.
    pub(super) fn ended_at(&self) -> Option<Timestamp> {
        let length = i64::try_from(self.duration_ms).unwrap_or(i64::MAX);
        let length = SignedDuration::from_millis(length);
        self.started_at?.checked_add(length).ok()
    }

    /// Adds what another backend has of the same trace. Nobody knows which spans both have: of a service that both know,
    /// the larger counts stand.
    pub(crate) fn join(&mut self, other: &Self) {
        let until = self.ended_at().max(other.ended_at());
        if self.root_service.is_none() && self.root_name.is_none() {
            self.root_service.clone_from(&other.root_service);
            self.root_name.clone_from(&other.root_name);
        }
        self.started_at = match (self.started_at, other.started_at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        if let (Some(start), Some(end)) = (self.started_at, until) {
            let length = end.duration_since(start).as_millis();
            self.duration_ms = u64::try_from(length).unwrap_or_default();
        }
        let (Some(services), Some(others)) = (&mut self.services, &other.services) else {
            self.services = None;
            return;
        };
        for other in others {
            let known = services.iter_mut();
            match known
                .into_iter()
                .find(|known| known.service == other.service)
            {
                Some(known) => {
                    known.spans = known.spans.max(other.spans);
                    known.errors = known.errors.max(other.errors);
                }
                None => services.push(other.clone()),
            }
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    traces: Option<Vec<Found>>,
    #[serde(default)]
    metrics: Metrics,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metrics {
    #[serde(default)]
    completed_jobs: u64,
    #[serde(default)]
    total_jobs: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    #[serde(rename = "traceID")]
    trace_id: String,
    #[serde(default)]
    root_service_name: String,
    #[serde(default)]
    root_trace_name: String,
    #[serde(default)]
    start_time_unix_nano: Value,
    #[serde(default)]
    duration_ms: u64,
    #[serde(default)]
    service_stats: BTreeMap<String, Stats>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stats {
    #[serde(default)]
    span_count: usize,
    #[serde(default)]
    error_count: usize,
}

impl TempoClient {
    /// The traces that match a query, at most so many.
    pub(crate) async fn search_traces(
        &self,
        query: &str,
        range: SearchRange,
        limit: u32,
        deadline: Deadline,
    ) -> Result<TraceSearch, HttpFault> {
        // Whole seconds: the range is widened, never narrowed, and never empty.
        let start = Self::seconds(range.since);
        let end = range.until.as_second().saturating_add(1).to_string();
        let limit = limit.to_string();
        let parameters = [
            ("q", query),
            ("start", &start),
            ("end", &end),
            ("limit", &limit),
            ("spss", "1"),
        ];
        self.search(&parameters, deadline).await
    }

    /// What a search finds that is put like this.
    pub(super) async fn search(
        &self,
        parameters: &[(&str, &str)],
        deadline: Deadline,
    ) -> Result<TraceSearch, HttpFault> {
        let answer: Answer = self.json(SEARCH, parameters, deadline).await?;
        Ok(answer.into())
    }
}

impl TraceSearch {
    /// Reads an answer.
    pub(super) fn read(body: &[u8]) -> Result<Self, HttpFault> {
        let answer: Result<Answer, _> = serde_json::from_slice(body);
        answer
            .map(Self::from)
            .map_err(|error| HttpFault::Answer(error.to_string()))
    }
}

impl From<Answer> for TraceSearch {
    fn from(answer: Answer) -> Self {
        let found = answer.traces.unwrap_or_default();
        let received = found.len();
        let mut traces: Vec<FoundTrace> = found.into_iter().filter_map(Found::read).collect();
        traces.sort_by(|one, other| (other.started_at, one.id).cmp(&(one.started_at, other.id)));
        let Metrics {
            completed_jobs: done,
            total_jobs: all,
        } = answer.metrics;
        Self {
            unreadable: received - traces.len(),
            traces,
            unfinished: (done < all).then_some((done, all)),
        }
    }
}

impl Found {
    fn read(self) -> Option<FoundTrace> {
        let nanoseconds = match &self.start_time_unix_nano {
            Value::String(text) => text.parse().ok(),
            value => value.as_u64().map(i128::from),
        };
        let text = |text: String| (!text.is_empty()).then(|| redact::text(&text));
        let services: Vec<ServiceShare> = self
            .service_stats
            .into_iter()
            .map(|(name, stats)| ServiceShare {
                service: text(name),
                spans: stats.span_count,
                errors: stats.error_count,
            })
            .collect();
        Some(FoundTrace {
            // Leading zeros are left out.
            id: self.trace_id.parse().ok()?,
            root_service: text(self.root_service_name).filter(|name| name != ROOTLESS),
            root_name: text(self.root_trace_name),
            started_at: nanoseconds.and_then(|at| Timestamp::from_nanosecond(at).ok()),
            duration_ms: self.duration_ms,
            services: (!services.is_empty()).then_some(services),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_answers_of_both_generations_are_read_with_their_ids_in_full() {
        for text in [
            include_str!("../../../tests/it/fake_stack/recordings/tempo-2.10/search_rootless.json"),
            include_str!("../../../tests/it/fake_stack/recordings/tempo-3.0/search_rootless.json"),
        ] {
            let search = TraceSearch::from(serde_json::from_str::<Answer>(text).unwrap());
            assert_eq!(search.unreadable, 0);
            let short = search
                .traces
                .iter()
                .filter(|trace| trace.id.to_string().starts_with("0000000000000000"));
            assert_eq!(short.count(), 1, "{search:?}");
            let rootless = search
                .traces
                .iter()
                .find(|trace| trace.root_service.is_none())
                .unwrap();
            assert_eq!(rootless.root_name, None);
            assert_eq!(rootless.duration_ms, 60);
            assert!(
                rootless
                    .services
                    .as_ref()
                    .is_some_and(|services| services[0].spans > 0)
            );
            assert!(
                search
                    .traces
                    .is_sorted_by_key(|trace| std::cmp::Reverse(trace.started_at))
            );
        }
    }

    #[test]
    fn work_that_was_not_finished_is_told() {
        let text = r#"{"traces":[],"metrics":{"completedJobs":3,"totalJobs":10}}"#;
        let search = TraceSearch::from(serde_json::from_str::<Answer>(text).unwrap());
        assert_eq!(search.unfinished, Some((3, 10)));
        let nothing = TraceSearch::from(serde_json::from_str::<Answer>("{}").unwrap());
        assert_eq!((nothing.traces.len(), nothing.unfinished), (0, None));
    }
}

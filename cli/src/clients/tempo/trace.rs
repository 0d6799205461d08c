//! One trace by its id.

use std::collections::{BTreeMap, HashSet};

use ptctl_diagnosis::trace::{Credential, Span, SpanIdentity, TraceId};

use super::{
    TempoClient,
    wire::{ReadSpans, WireAnswer, WireTrace},
};
use crate::clients::{deadline::Deadline, http::HttpFault};

/// What a trace holds, as far as a smoke check asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceSummary {
    /// The number of spans of each service name.
    pub services: BTreeMap<String, usize>,
}

impl TraceSummary {
    /// All spans.
    pub fn spans(&self) -> usize {
        self.services.values().sum()
    }

    fn of(spans: &[Span]) -> Self {
        let mut services = BTreeMap::new();
        for span in spans {
            let name = span.service().unwrap_or("unknown_service");
            *services.entry(name.to_owned()).or_default() += 1;
        }
        Self { services }
    }
}

/// What Tempo has of a trace.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredTrace {
    /// Its spans, as they came.
    pub(crate) spans: Vec<Span>,
    /// Spans without an id that can be read.
    pub(crate) unreadable: usize,
    /// Why Tempo left spans out, where it did.
    pub(crate) partial: Option<String>,
    /// The attributes that held a credential, before it was taken out.
    pub(crate) credentials: Vec<Credential>,
}

impl TempoClient {
    /// The trace with this id of 32 hex digits; `None` while Tempo has no span of it.
    pub async fn trace(
        &self,
        id: &str,
        deadline: Deadline,
    ) -> Result<Option<TraceSummary>, HttpFault> {
        match self
            .json::<WireTrace>(&format!("/api/traces/{id}"), &[], deadline)
            .await
        {
            Ok(answer) => Ok(Some(TraceSummary::of(&ReadSpans::from(answer).spans))),
            Err(HttpFault::Status { status: 404, .. }) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// All that Tempo has of a trace; `None` where it has no span of it.
    pub(crate) async fn stored_trace(
        &self,
        id: TraceId,
        deadline: Deadline,
    ) -> Result<Option<StoredTrace>, HttpFault> {
        let answer = match self
            .json::<WireAnswer>(&format!("/api/v2/traces/{id}"), &[], deadline)
            .await
        {
            Ok(answer) => answer,
            // Versions before 2.7 know only the first form.
            Err(HttpFault::Status { status: 404, .. }) => {
                return self.stored_trace_v1(id, deadline).await;
            }
            Err(fault) => return Err(fault),
        };
        let is_partial = answer.status == "PARTIAL" || answer.status == 1;
        let partial = is_partial.then_some(answer.message);
        Ok(StoredTrace::of(answer.trace.into(), partial))
    }

    async fn stored_trace_v1(
        &self,
        id: TraceId,
        deadline: Deadline,
    ) -> Result<Option<StoredTrace>, HttpFault> {
        match self
            .json::<WireTrace>(&format!("/api/traces/{id}"), &[], deadline)
            .await
        {
            Ok(answer) => Ok(StoredTrace::of(answer.into(), None)),
            Err(HttpFault::Status { status: 404, .. }) => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

impl StoredTrace {
    /// What several backends have of one trace; `None` where none has any of it. A span that several of them have is
    /// there once.
    pub(crate) fn joined(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut all = all.into_iter();
        let mut joined = all.next()?;
        for other in all {
            let known: HashSet<SpanIdentity> = joined.spans.iter().map(Span::identity).collect();
            let new = other.spans.into_iter();
            joined
                .spans
                .extend(new.filter(|span| !known.contains(&span.identity())));
            joined.unreadable += other.unreadable;
            joined.partial = match (joined.partial, other.partial) {
                (Some(one), Some(other)) => Some(format!("{one}; {other}")),
                (one, other) => one.or(other),
            };
            joined.credentials.extend(other.credentials);
        }
        Some(joined)
    }

    fn of(read: ReadSpans, partial: Option<String>) -> Option<Self> {
        let is_empty = read.spans.is_empty() && read.unreadable == 0 && partial.is_none();
        (!is_empty).then_some(Self {
            spans: read.spans,
            unreadable: read.unreadable,
            partial,
            credentials: read.credentials,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_counted_by_service_in_both_forms_of_the_answer() {
        for list in ["batches", "resourceSpans"] {
            let answer = format!(
                r#"{{"{list}":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"shop"}}}}]}},
                "scopeSpans":[{{"scope":{{}},"spans":[{{"spanId":"AAAAAAAAAAE=","name":"a"}},{{"spanId":"AAAAAAAAAAI="}}]}}]}}]}}"#
            );
            let answer: WireTrace = serde_json::from_str(&answer).unwrap();
            let summary = TraceSummary::of(&ReadSpans::from(answer).spans);
            assert_eq!(summary.services, BTreeMap::from([("shop".to_owned(), 2)]));
        }
    }
}

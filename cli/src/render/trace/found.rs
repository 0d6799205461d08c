//! Traces that a search found.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::trace::{ServiceShare, TraceId};
use serde::Serialize;

use crate::clients::tempo::{FoundTrace, SearchRange, TraceSearch};

/// What one backend found.
#[derive(Debug)]
pub(crate) struct SearchFrom {
    /// The backend.
    pub(crate) tempo: String,
    /// How it was reached.
    pub(crate) reached: String,
    /// What it found.
    pub(crate) search: TraceSearch,
}

/// What a search found, in all backends that were asked.
#[derive(Debug)]
pub(crate) struct FoundTraces {
    pub(super) query: String,
    pub(super) range: SearchRange,
    limit: u32,
    asked_at: Timestamp,
    pub(super) from: Vec<SearchFrom>,
}

/// A search for programs.
#[derive(Debug, Serialize)]
pub(crate) struct FoundDocument<'f> {
    query: &'f str,
    since: Timestamp,
    until: Timestamp,
    limit: u32,
    /// Whether there may be more: the limit was reached, or Tempo did not look everywhere.
    may_have_more: bool,
    pub(super) notes: Vec<String>,
    pub(super) traces: Vec<TraceRow<'f>>,
}

/// One trace of a search.
#[derive(Debug, Serialize)]
pub(super) struct TraceRow<'f> {
    pub(super) trace_id: TraceId,
    pub(super) tempo: &'f str,
    /// `null` for the root's service where its root is missing.
    pub(super) root_service: Option<&'f str>,
    pub(super) root_name: Option<&'f str>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) duration_ms: u64,
    /// `null` where this Tempo does not count them.
    pub(super) spans: Option<usize>,
    pub(super) errors: Option<usize>,
    pub(super) services: Option<&'f [ServiceShare]>,
}

/// What is accepted can be searched for only after so long (30 s and more in Tempo 3).
const SEARCHABLE: SignedDuration = SignedDuration::from_secs(45);

impl FoundTraces {
    /// What these backends found.
    pub(crate) fn new(
        query: String,
        range: SearchRange,
        limit: u32,
        asked_at: Timestamp,
        from: Vec<SearchFrom>,
    ) -> Self {
        Self {
            query,
            range,
            limit,
            asked_at,
            from,
        }
    }

    /// The search for programs.
    pub(crate) fn document(&self) -> FoundDocument<'_> {
        let is_unfinished = |from: &SearchFrom| from.search.unfinished.is_some();
        FoundDocument {
            query: &self.query,
            since: self.range.since,
            until: self.range.until,
            limit: self.limit,
            may_have_more: self
                .from
                .iter()
                .any(|from| self.is_at_limit(from) || is_unfinished(from)),
            notes: self.notes(),
            traces: self
                .traces()
                .into_iter()
                .map(|(from, trace)| TraceRow::of(from, trace))
                .collect(),
        }
    }

    fn traces(&self) -> Vec<(&SearchFrom, &FoundTrace)> {
        let mut traces: Vec<(&SearchFrom, &FoundTrace)> = self
            .from
            .iter()
            .flat_map(|from| from.search.traces.iter().map(move |trace| (from, trace)))
            .collect();
        traces.sort_by_key(|(_, trace)| Reverse(trace.started_at));
        traces
    }

    fn is_at_limit(&self, from: &SearchFrom) -> bool {
        let count = from.search.traces.len() + from.search.unreadable;
        u32::try_from(count).is_ok_and(|count| count >= self.limit)
    }

    /// What keeps the list from being the whole truth.
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for from in &self.from {
            let tempo = &from.tempo;
            if self.is_at_limit(from) {
                notes.push(format!(
                    "Tempo `{tempo}` stopped at the limit of {}: there may be more, and newer ones; `--limit {}` shows \
                     more, `--since` and `--until` a shorter time",
                    self.limit,
                    self.limit.saturating_mul(5)
                ));
            } else if let Some((done, all)) = from.search.unfinished {
                notes.push(format!(
                    "Tempo `{tempo}` looked at {done} of {all} parts of its store: there may be more"
                ));
            }
            if from.search.unreadable > 0 {
                notes.push(format!(
                    "{} traces of Tempo `{tempo}` have an id that cannot be read",
                    from.search.unreadable
                ));
            }
        }
        let is_fresh = self.asked_at.duration_since(self.range.until) < SEARCHABLE;
        if is_fresh && self.from.iter().all(|from| from.search.traces.is_empty()) {
            notes.push(
                "what arrived within the last 45 s may not be found by a search yet, only by its id".to_owned(),
            );
        }
        notes
    }
}

impl<'f> TraceRow<'f> {
    fn of(from: &'f SearchFrom, trace: &'f FoundTrace) -> Self {
        let services = trace.services.as_deref();
        let sum = |count: fn(&ServiceShare) -> usize| Some(services?.iter().map(count).sum());
        Self {
            trace_id: trace.id,
            tempo: &from.tempo,
            root_service: trace.root_service.as_deref(),
            root_name: trace.root_name.as_deref(),
            started_at: trace.started_at,
            duration_ms: trace.duration_ms,
            spans: sum(|share| share.spans),
            errors: sum(|share| share.errors),
            services,
        }
    }

    /// What it began with.
    pub(super) fn root(&self) -> String {
        match (self.root_service, self.root_name) {
            (None, None) => "(root missing)".to_owned(),
            (service, name) => format!("{}: {}", service.unwrap_or("?"), name.unwrap_or("?")),
        }
    }
}

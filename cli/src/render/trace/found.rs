//! Traces that a search found.

use std::{
    cmp::Reverse,
    collections::{HashMap, hash_map::Entry},
};

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
    /// Which traces it gives where it finds more than it may.
    pub(crate) beyond_limit: BeyondLimit,
}

/// Which traces a backend gives where it finds more than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BeyondLimit {
    /// The newest.
    Newest,
    /// Any.
    Any,
}

/// What a search found, in all backends that were asked.
#[derive(Debug)]
pub(crate) struct FoundTraces {
    pub(super) query: String,
    pub(super) range: SearchRange,
    limit: u32,
    asked_at: Timestamp,
    pub(super) from: Vec<SearchFrom>,
    unasked: Vec<String>,
    /// The newest first, no more than the limit.
    found: Vec<FoundIn>,
    /// Those beyond the limit.
    surplus: usize,
}

/// A trace with the backends that have something of it.
#[derive(Debug)]
struct FoundIn {
    tempos: Vec<String>,
    trace: FoundTrace,
}

/// A search for programs.
#[derive(Debug, Serialize)]
pub(crate) struct FoundDocument<'f> {
    query: &'f str,
    since: Timestamp,
    until: Timestamp,
    limit: u32,
    /// Whether there may be more: the limit was reached, or somebody did not look everywhere or was not asked.
    may_have_more: bool,
    /// Backends that gave no answer, each with the reason.
    unasked: &'f [String],
    pub(super) notes: Vec<String>,
    pub(super) traces: Vec<TraceRow<'f>>,
}

/// One trace of a search.
#[derive(Debug, Serialize)]
pub(super) struct TraceRow<'f> {
    pub(super) trace_id: TraceId,
    pub(super) tempos: &'f [String],
    /// `null` for the root's service where its root is missing.
    pub(super) root_service: Option<&'f str>,
    pub(super) root_name: Option<&'f str>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) duration_ms: u64,
    /// `null` where this Tempo does not count them.
    pub(super) spans: Option<usize>,
    pub(super) errors: Option<usize>,
    /// Of a service that several backends have spans of, the larger counts.
    pub(super) services: Option<&'f [ServiceShare]>,
}

/// What is accepted can be searched for only after so long (30 s and more in Tempo 3).
const SEARCHABLE: SignedDuration = SignedDuration::from_secs(45);

impl FoundTraces {
    /// What these backends found, and who else gave no answer.
    pub(crate) fn new(
        query: String,
        range: SearchRange,
        limit: u32,
        asked_at: Timestamp,
        from: Vec<SearchFrom>,
        unasked: Vec<String>,
    ) -> Self {
        let mut found = joined(&from);
        found.sort_by_key(|found| Reverse(found.trace.started_at));
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let surplus = found.len().saturating_sub(most);
        found.truncate(most);
        Self {
            query,
            range,
            limit,
            asked_at,
            from,
            unasked,
            found,
            surplus,
        }
    }

    /// The search for programs.
    pub(crate) fn document(&self) -> FoundDocument<'_> {
        let may_have_more =
            |from: &SearchFrom| self.is_at_limit(from) || from.search.unfinished.is_some();
        FoundDocument {
            query: &self.query,
            since: self.range.since,
            until: self.range.until,
            limit: self.limit,
            may_have_more: self.surplus > 0
                || !self.unasked.is_empty()
                || self.from.iter().any(may_have_more),
            unasked: &self.unasked,
            notes: self.notes(),
            traces: self.found.iter().map(TraceRow::of).collect(),
        }
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
                let others = match from.beyond_limit {
                    BeyondLimit::Newest => "there may be more",
                    BeyondLimit::Any => "there may be more, and newer ones",
                };
                notes.push(format!(
                    "Tempo `{tempo}` stopped at the limit of {}: {others}; `--limit {}` shows more, `--since` and \
                     `--until` a shorter time",
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
        if self.surplus > 0 {
            notes.push(format!(
                "all Tempos together found {} more than the limit of {}",
                self.surplus, self.limit
            ));
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
    fn of(found: &'f FoundIn) -> Self {
        let trace = &found.trace;
        let services = trace.services.as_deref();
        let sum = |count: fn(&ServiceShare) -> usize| Some(services?.iter().map(count).sum());
        Self {
            trace_id: trace.id,
            tempos: &found.tempos,
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

/// Each trace once, whoever found it.
fn joined(from: &[SearchFrom]) -> Vec<FoundIn> {
    let mut joined: Vec<FoundIn> = Vec::new();
    let mut places: HashMap<TraceId, usize> = HashMap::new();
    for from in from {
        for trace in &from.search.traces {
            match places.entry(trace.id) {
                Entry::Vacant(place) => {
                    place.insert(joined.len());
                    joined.push(FoundIn {
                        tempos: vec![from.tempo.clone()],
                        trace: trace.clone(),
                    });
                }
                Entry::Occupied(place) => {
                    let known = &mut joined[*place.get()];
                    known.tempos.push(from.tempo.clone());
                    known.trace.join(trace);
                }
            }
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(service: &str, spans: usize) -> ServiceShare {
        ServiceShare {
            service: Some(service.to_owned()),
            spans,
            errors: 0,
        }
    }

    fn trace(id: &str, at: &str, duration_ms: u64, services: &[(&str, usize)]) -> FoundTrace {
        FoundTrace {
            id: id.parse().unwrap(),
            root_service: None,
            root_name: None,
            started_at: Some(at.parse().unwrap()),
            duration_ms,
            services: Some(
                services
                    .iter()
                    .map(|(name, spans)| share(name, *spans))
                    .collect(),
            ),
        }
    }

    fn from(tempo: &str, traces: Vec<FoundTrace>) -> SearchFrom {
        SearchFrom {
            tempo: tempo.to_owned(),
            reached: String::new(),
            search: TraceSearch {
                traces,
                unreadable: 0,
                unfinished: None,
            },
            beyond_limit: BeyondLimit::Newest,
        }
    }

    fn found(limit: u32, from: Vec<SearchFrom>, unasked: Vec<String>) -> FoundTraces {
        let at: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        let range = SearchRange {
            since: at,
            until: at + SignedDuration::from_hours(1),
        };
        FoundTraces::new("{ }".to_owned(), range, limit, range.until, from, unasked)
    }

    #[test]
    fn a_trace_that_two_backends_have_is_one_row_that_names_both() {
        let mut whole = trace("1", "2026-11-22T08:10:00Z", 100, &[("web", 3), ("api", 1)]);
        whole.root_service = Some("web".to_owned());
        let part = trace(
            "1",
            "2026-11-22T08:10:00.05Z",
            200,
            &[("api", 2), ("mail", 1)],
        );
        let other = trace("2", "2026-11-22T08:20:00Z", 1, &[]);
        let found = found(
            9,
            vec![from("a", vec![part, other]), from("b", vec![whole])],
            vec![],
        );
        let document = found.document();
        let rows: Vec<(&[String], Option<usize>)> = document
            .traces
            .iter()
            .map(|row| (row.tempos, row.spans))
            .collect();
        let both = ["a".to_owned(), "b".to_owned()];
        assert_eq!(rows, [(&both[..1], Some(0)), (&both[..], Some(6))]);
        let joined = &document.traces[1];
        assert_eq!(joined.root_service, Some("web"));
        assert_eq!(joined.duration_ms, 250);
        assert!(!document.may_have_more);
    }

    #[test]
    fn no_more_than_the_limit_is_listed_and_who_was_not_asked_may_have_more() {
        let old = trace("1", "2026-11-22T08:10:00Z", 1, &[]);
        let new = trace("2", "2026-11-22T08:20:00Z", 1, &[]);
        let both = found(
            1,
            vec![from("a", vec![old.clone()]), from("b", vec![new])],
            vec![],
        );
        let document = both.document();
        assert_eq!(document.traces.len(), 1);
        assert_eq!(document.traces[0].trace_id, "2".parse().unwrap());
        assert!(document.may_have_more);
        let one = found(
            9,
            vec![from("a", vec![old])],
            vec!["`b`: refused".to_owned()],
        );
        assert!(one.document().may_have_more);
        assert_eq!(one.document().unasked, ["`b`: refused"]);
    }
}

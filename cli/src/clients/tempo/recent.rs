//! The newest traces, read one by one: what can be counted where nobody has counted.

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use ptctl_diagnosis::{trace::Trace, traceql::SpanFilter};

use super::{Order, SearchRange, TempoClient, TraceSearch, canary::ANY_TRACE};
use crate::clients::{deadline::Deadline, http::HttpFault};

/// So many traces are read at a time.
const AT_ONCE: usize = 8;
/// After so many spans no further trace is read.
const MOST_SPANS: usize = 100_000;

/// The newest traces of a range, or all of them.
#[derive(Debug, Default)]
pub(crate) struct RecentTraces {
    /// The traces, the newest first.
    pub(crate) traces: Vec<Trace>,
    /// How many a search found.
    pub(crate) found: usize,
    /// Of so many the backend says that it left spans out.
    pub(crate) partial: usize,
    /// Why reading them ended before all were read.
    pub(crate) ended: Option<EndedBy>,
    /// Why one could not be read, where there is one.
    pub(crate) unread: Option<String>,
    /// The time that they are all traces of; `None` where there may be others of the same time.
    pub(crate) time: Option<SearchRange>,
}

/// What ended the reading of traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndedBy {
    /// The time that was allowed.
    Deadline,
    /// The spans that were read.
    Spans,
}

impl TempoClient {
    /// The newest traces with a span that matches, at most so many; none that `ptctl canary` wrote.
    pub(crate) async fn recent_traces(
        &self,
        filter: &SpanFilter,
        range: SearchRange,
        limit: u32,
        deadline: Deadline,
    ) -> Result<RecentTraces, HttpFault> {
        let query = if *filter == SpanFilter::default() {
            self.newest_first(ANY_TRACE)
        } else {
            self.newest_first(&filter.to_string())
        };
        let search = self.search_traces(&query, range, limit, deadline).await?;
        let mut recent = RecentTraces {
            found: search.traces.len() + search.unreadable,
            ..RecentTraces::default()
        };
        let mut reading = stream::iter(&search.traces)
            .map(|found| async move { (found, self.stored_trace(found.id, deadline).await) })
            .buffered(AT_ONCE);
        let mut spans = 0;
        let mut oldest = None;
        while let Some((found, answer)) = reading.next().await {
            match answer {
                Ok(Some(stored)) => {
                    recent.partial += usize::from(stored.partial.is_some());
                    spans += stored.spans.len();
                    recent.traces.extend(Trace::new(found.id, stored.spans));
                    oldest = found.started_at;
                }
                // Deleted since it was found.
                Ok(None) => {}
                Err(_) if deadline.has_passed() => {
                    recent.ended = Some(EndedBy::Deadline);
                    break;
                }
                Err(fault) => {
                    recent.unread.get_or_insert(fault.to_string());
                }
            }
            if spans > MOST_SPANS {
                recent.ended = Some(EndedBy::Spans);
                break;
            }
        }
        recent.time = self.time(&recent, &search, range, limit, oldest);
        Ok(recent)
    }

    /// The time of which a backend has no other traces than these.
    fn time(
        &self,
        recent: &RecentTraces,
        search: &TraceSearch,
        range: SearchRange,
        limit: u32,
        oldest: Option<Timestamp>,
    ) -> Option<SearchRange> {
        if recent.unread.is_some() || search.unreadable > 0 || search.unfinished.is_some() {
            return None;
        }
        let is_all = recent.ended.is_none() && recent.found < limit as usize;
        match self.order {
            _ if is_all => Some(range),
            Order::Any => None,
            Order::Newest | Order::NewestIfAsked => Some(SearchRange {
                since: oldest?,
                // What came later may not be found by a search yet.
                until: search.traces.first()?.started_at?,
            }),
        }
    }
}

//! Tempo's search: which services it knows, the newest span of one, the oldest trace of all.

use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{snapshot::CANARY_SERVICE, trace::Candidate, traceql::SpanFilter};
use serde::Deserialize;

use super::{FoundTrace, TempoClient, canary::ANY_TRACE};
use crate::clients::{deadline::Deadline, http::HttpFault};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TagValues {
    #[serde(default)]
    tag_values: Vec<TagValue>,
}

#[derive(Deserialize)]
struct TagValue {
    /// Left out where it is empty.
    #[serde(default)]
    value: String,
}

/// What a search for a service found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfService {
    /// The end of the newest trace with a span of it.
    pub(crate) newest: Option<Timestamp>,
    /// The traces, in no order.
    pub(crate) traces: Vec<Candidate>,
}

fn candidate(trace: &FoundTrace) -> Candidate {
    let root = [&trace.root_service, &trace.root_name].map(|name| name.as_deref());
    Candidate {
        id: trace.id,
        started_at: trace.started_at,
        ended_at: trace.ended_at(),
        root: match root {
            [None, _] => String::new(),
            [Some(service), name] => format!("{service}\0{}", name.unwrap_or_default()),
        },
    }
}

/// Where a newer span is looked for first: a search stops at its limit, and not with the newest.
const RECENT: SignedDuration = SignedDuration::from_mins(15);
/// How many traces one search may return.
const LIMIT: u64 = 100;
/// Into how many parts the time of the oldest trace is divided at each step.
const PARTS: i32 = 4;
/// So many searches at a time are too many: a backend may allow ranges that are much too short for its retention.
const MOST_PARTS: usize = 64;
/// How closely the oldest trace is looked for.
const CLOSE_ENOUGH: SignedDuration = SignedDuration::from_mins(30);

impl TempoClient {
    /// The service names that it has spans of: of late and within the range, since either alone leaves some out.
    pub async fn services(
        &self,
        since: Timestamp,
        until: Timestamp,
        deadline: Deadline,
    ) -> Result<Vec<String>, HttpFault> {
        const PATH: &str = "/api/v2/search/tag/resource.service.name/values";
        let earliest = self.begin(since, until);
        let end = until.as_second().saturating_add(1).to_string();
        let start = Self::seconds(earliest);
        let range = [("start", start.as_str()), ("end", end.as_str())];
        let (recent, within) = futures_util::try_join!(
            self.json::<TagValues>(PATH, &[], deadline),
            self.json::<TagValues>(PATH, &range, deadline),
        )?;
        let values = recent.tag_values.into_iter().chain(within.tag_values);
        let mut names: Vec<String> = values.map(|tag| tag.value).collect();
        names.retain(|name| !name.is_empty() && name != CANARY_SERVICE);
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// The traces with a span of this service that start within the range, the newest among them.
    pub(crate) async fn of_service(
        &self,
        service: &str,
        since: Timestamp,
        until: Timestamp,
        deadline: Deadline,
    ) -> Result<OfService, HttpFault> {
        let query = SpanFilter {
            service: Some(service.to_owned()),
            ..SpanFilter::default()
        };
        let query = self.newest_first(&query.to_string());
        let earliest = self.begin(since, until);
        let recent = until
            .checked_sub(RECENT)
            .map_or(earliest, |recent| recent.max(earliest));
        let (newest, whole) = futures_util::try_join!(
            self.find(&query, recent, until, deadline),
            self.find(&query, earliest, until, deadline),
        )?;
        let found = || newest.iter().chain(&whole);
        Ok(OfService {
            newest: found().filter_map(FoundTrace::ended_at).max(),
            traces: found().map(candidate).collect(),
        })
    }

    /// The start of the oldest trace that is found within `reach` before `now`, to within half an hour.
    pub async fn oldest(
        &self,
        now: Timestamp,
        reach: SignedDuration,
        deadline: Deadline,
    ) -> Result<Option<Timestamp>, HttpFault> {
        let mut from = now.checked_sub(reach).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut until = now;
        let mut oldest = None;
        loop {
            let Some((start, end, traces)) =
                self.first_part_with_traces(from, until, deadline).await?
            else {
                return Ok(oldest);
            };
            oldest = traces
                .iter()
                .filter_map(|trace| trace.started_at)
                .chain(oldest)
                .min();
            if end.duration_since(start) <= CLOSE_ENOUGH {
                return Ok(oldest);
            }
            (from, until) = (start, end);
        }
    }

    /// Divides a range and returns the earliest part in which something is found.
    async fn first_part_with_traces(
        &self,
        from: Timestamp,
        until: Timestamp,
        deadline: Deadline,
    ) -> Result<Option<(Timestamp, Timestamp, Vec<FoundTrace>)>, HttpFault> {
        let whole = until.duration_since(from);
        // Small enough for a search, and at least so many that the range shrinks.
        let step = (whole / PARTS).clamp(SignedDuration::from_secs(1), self.longest_range());
        let mut starts = vec![from];
        while let Some(next) = starts.last().and_then(|start| start.checked_add(step).ok())
            && next < until
        {
            if starts.len() == MOST_PARTS {
                let reason = "its searches may not reach far enough back to tell the oldest trace";
                return Err(HttpFault::Answer(reason.to_owned()));
            }
            starts.push(next);
        }
        let parts: Vec<(Timestamp, Timestamp)> = starts
            .into_iter()
            .map(|start| {
                (
                    start,
                    start.checked_add(step).map_or(until, |end| end.min(until)),
                )
            })
            .collect();
        let found = try_join_all(
            parts
                .iter()
                .map(|(start, end)| self.find(ANY_TRACE, *start, *end, deadline)),
        )
        .await?;
        Ok(parts
            .into_iter()
            .zip(found)
            .find(|(_, traces)| !traces.is_empty())
            .map(|((start, end), traces)| (start, end, traces)))
    }

    async fn find(
        &self,
        query: &str,
        since: Timestamp,
        until: Timestamp,
        deadline: Deadline,
    ) -> Result<Vec<FoundTrace>, HttpFault> {
        // Whole seconds: the range is widened, never narrowed, and never empty.
        let end = until.as_second().saturating_add(1).to_string();
        let parameters = [
            ("q", query),
            ("start", &Self::seconds(since)),
            ("end", &end),
            ("limit", &self.limit(LIMIT)),
            ("spss", "1"),
        ];
        Ok(self.search(&parameters, deadline).await?.traces)
    }
}

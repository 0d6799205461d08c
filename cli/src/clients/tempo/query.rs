//! One search, and the newest trace that it found read by its id: whether the way back out of a backend is open.

use jiff::Timestamp;
use ptctl_diagnosis::{
    redact,
    snapshot::{QueryAnswer, QueryPath, ReadBack},
};

use super::{
    TempoClient, TraceSearch,
    canary::{ANY_TRACE, CANARIES},
    trace_search::SEARCH,
};
use crate::clients::{deadline::Deadline, http::HttpFault};

/// So many traces are asked for.
const LIMIT: u64 = 20;
/// Of an answer that is an error, so much is kept.
const REASON_LIMIT: usize = 300;

impl TempoClient {
    /// Searches for any trace that began within the range, and reads the newest that was found.
    pub async fn query_path(
        &self,
        since: Timestamp,
        until: Timestamp,
        deadline: Deadline,
    ) -> Result<QueryPath, HttpFault> {
        let since = self.begin(since, until);
        let end = until.as_second().saturating_add(1).to_string();
        let parameters = [
            ("q", ANY_TRACE),
            ("start", &Self::seconds(since)),
            ("end", &end),
            ("limit", &self.limit(LIMIT)),
        ];
        let url = self.url(SEARCH, &parameters);
        let search = url.query().map_or_else(
            || url.path().to_owned(),
            |query| format!("{}?{query}", url.path()),
        );
        let (status, body) = self.http.ask(url, deadline).await?;
        let path = |answer, found, read_back| QueryPath {
            search,
            answer,
            found,
            canaries: 0,
            read_back,
        };
        if status != 200 {
            return Ok(path(refused(status, &body), 0, None));
        }
        let answer = TraceSearch::read(&body)?;
        let found = answer.traces.len() as u64;
        let Some(newest) = answer.traces.into_iter().next() else {
            let parameters = [
                ("q", CANARIES),
                parameters[1],
                parameters[2],
                ("limit", "1"),
            ];
            let canaries = self.search(&parameters, deadline).await?;
            return Ok(QueryPath {
                canaries: canaries.traces.len() as u64,
                ..path(QueryAnswer::Answered, 0, None)
            });
        };
        let trace_id = newest.id.to_string();
        let url = self.url(&format!("/api/traces/{trace_id}"), &[]);
        let answer = match self.http.ask(url, deadline).await? {
            (200, _) => QueryAnswer::Answered,
            (status, body) => refused(status, &body),
        };
        let read_back = ReadBack {
            started_at: newest.started_at,
            trace_id,
            answer,
        };
        Ok(path(QueryAnswer::Answered, found, Some(read_back)))
    }
}

fn refused(status: u16, body: &[u8]) -> QueryAnswer {
    let text = String::from_utf8_lossy(body);
    let line: String = text
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(REASON_LIMIT)
        .collect();
    QueryAnswer::Refused {
        status,
        reason: redact::text(line.trim()),
    }
}

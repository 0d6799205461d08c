//! One search, and the newest trace that it found read by its id: whether the way back out of a backend is open.

use jiff::Timestamp;
use ptctl_diagnosis::{
    redact,
    snapshot::{QueryAnswer, QueryPath, ReadBack},
};
use serde::Deserialize;

use super::{
    TempoClient,
    canary::{ANY_TRACE, CANARIES},
};
use crate::clients::{deadline::Deadline, http::HttpFault};

/// So many traces are asked for.
const LIMIT: u64 = 20;
/// Of an answer that is an error, so much is kept.
const REASON_LIMIT: usize = 300;

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    traces: Vec<Found>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    #[serde(rename = "traceID")]
    trace_id: String,
    start_time_unix_nano: String,
}

impl Found {
    fn started_at(&self) -> Option<Timestamp> {
        Timestamp::from_nanosecond(self.start_time_unix_nano.parse().ok()?).ok()
    }
}

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
        let url = self.url("/api/search", &parameters);
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
        let answer: Answer =
            serde_json::from_slice(&body).map_err(|error| HttpFault::Answer(error.to_string()))?;
        let found = answer.traces.len() as u64;
        let Some(newest) = answer.traces.into_iter().max_by_key(Found::started_at) else {
            let parameters = [
                ("q", CANARIES),
                parameters[1],
                parameters[2],
                ("limit", "1"),
            ];
            let canaries: Answer = self.json("/api/search", &parameters, deadline).await?;
            return Ok(QueryPath {
                canaries: canaries.traces.len() as u64,
                ..path(QueryAnswer::Answered, 0, None)
            });
        };
        // Search leaves leading zeros out.
        let trace_id = format!("{:0>32}", newest.trace_id);
        let url = self.url(&format!("/api/traces/{trace_id}"), &[]);
        let answer = match self.http.ask(url, deadline).await? {
            (200, _) => QueryAnswer::Answered,
            (status, body) => refused(status, &body),
        };
        let read_back = ReadBack {
            started_at: newest.started_at(),
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

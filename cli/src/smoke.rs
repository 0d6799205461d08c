//! One request with a known trace id, and the wait for its trace.

use std::{collections::BTreeMap, time::Duration};

use reqwest::{
    Method, Request,
    header::{CONTENT_TYPE, HeaderValue},
};
use serde::Serialize;
use url::Url;
use uuid::Uuid;

use crate::clients::{
    deadline::Deadline,
    http::{HttpClient, HttpFault},
    tempo::TempoClient,
};

/// The first and the longest pause between two looks for the trace.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));
/// A question to Tempo that takes longer is asked again.
const QUESTION: Duration = Duration::from_secs(5);

/// What is sent and expected.
#[derive(Debug, Clone)]
pub struct SmokeRequest {
    /// Where to send the request.
    pub url: Url,
    /// The method.
    pub method: Method,
    /// A JSON body.
    pub body: Option<String>,
    /// Services that must have a span in the trace.
    pub expected: Vec<String>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SmokeReport {
    /// The trace's id.
    pub trace_id: String,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Milliseconds until the answer.
    pub answered_ms: Option<u64>,
    /// Milliseconds from the answer until everything expected was found.
    pub found_ms: Option<u64>,
    /// Spans found of each service.
    pub services: BTreeMap<String, usize>,
    /// What came of it.
    pub outcome: SmokeOutcome,
}

/// How a smoke check ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum SmokeOutcome {
    /// The answer was good and the trace is whole.
    Passed,
    /// The request got no answer.
    NoAnswer {
        /// Why.
        reason: String,
    },
    /// The request got an error for an answer.
    BadAnswer {
        /// The beginning of the body.
        body: String,
    },
    /// The trace was found, and these services have no span in it.
    Missing {
        /// The services.
        services: Vec<String>,
    },
    /// The trace was not found in time.
    NotFound {
        /// What Tempo said last.
        reason: String,
    },
    /// Tempo answered no question, so that nobody knows whether it has the trace.
    NotAsked {
        /// Why the last question failed.
        reason: String,
    },
}

/// Sends the request and waits for its trace.
pub async fn smoke(
    request: &SmokeRequest,
    http: &HttpClient,
    tempo: &TempoClient,
    deadline: Deadline,
) -> SmokeReport {
    let trace_id = Uuid::new_v4().simple().to_string();
    let mut report = SmokeReport {
        trace_id: trace_id.clone(),
        status: None,
        answered_ms: None,
        found_ms: None,
        services: BTreeMap::new(),
        outcome: SmokeOutcome::Passed,
    };
    let started = tokio::time::Instant::now();
    let (status, body) = match http.send(traced(request, &trace_id), deadline).await {
        Ok(answer) => answer,
        Err(fault) => {
            report.outcome = SmokeOutcome::NoAnswer {
                reason: fault.to_string(),
            };
            return report;
        }
    };
    report.status = Some(status);
    report.answered_ms = Some(millis(started));
    if status >= 400 {
        let body: String = String::from_utf8_lossy(&body).chars().take(300).collect();
        report.outcome = SmokeOutcome::BadAnswer { body };
        return report;
    }
    let answered = tokio::time::Instant::now();
    let mut pause = PAUSES.0;
    loop {
        let missing = match tempo.trace(&trace_id, deadline.capped(QUESTION)).await {
            Ok(Some(trace)) => {
                report.services = trace.services;
                let has = |service: &&String| !report.services.contains_key(*service);
                let services: Vec<String> = request.expected.iter().filter(has).cloned().collect();
                if services.is_empty() {
                    report.found_ms = Some(millis(answered));
                    report.outcome = SmokeOutcome::Passed;
                    return report;
                }
                SmokeOutcome::Missing { services }
            }
            Ok(None) => SmokeOutcome::NotFound {
                reason: "no span of it yet".to_owned(),
            },
            Err(fault) => after_fault(&report, &fault),
        };
        report.outcome = missing;
        if deadline.has_passed() {
            return report;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(PAUSES.1);
    }
}

/// A question that failed does not undo what an earlier answer told.
fn after_fault(report: &SmokeReport, fault: &HttpFault) -> SmokeOutcome {
    let reason = fault.to_string();
    match &report.outcome {
        SmokeOutcome::Missing { services } => SmokeOutcome::Missing {
            services: services.clone(),
        },
        SmokeOutcome::NotFound { .. } => SmokeOutcome::NotFound { reason },
        SmokeOutcome::Passed
        | SmokeOutcome::NoAnswer { .. }
        | SmokeOutcome::BadAnswer { .. }
        | SmokeOutcome::NotAsked { .. } => SmokeOutcome::NotAsked { reason },
    }
}

/// The request with a sampled W3C `traceparent` (<https://www.w3.org/TR/trace-context/>).
fn traced(request: &SmokeRequest, trace_id: &str) -> Request {
    let mut sent = Request::new(request.method.clone(), request.url.clone());
    let parent = &Uuid::new_v4().simple().to_string()[..16];
    if let Ok(value) = HeaderValue::from_str(&format!("00-{trace_id}-{parent}-01")) {
        sent.headers_mut().insert("traceparent", value);
    }
    if let Some(body) = &request.body {
        sent.headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *sent.body_mut() = Some(body.clone().into());
    }
    sent
}

fn millis(since: tokio::time::Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

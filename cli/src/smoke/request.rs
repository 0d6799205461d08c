//! Sending a request with a trace of its own.

use std::time::Duration;

use ptctl_diagnosis::{
    smoke::{Expectation, Filled, RequestPlan, judge_answer},
    trace::{SpanId, TraceId},
};
use reqwest::{
    Method, Request,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use tokio::time::Instant;
use uuid::Uuid;

use super::seek::duration;
use crate::clients::{deadline::Deadline, http::HttpClient};

/// The first and the longest pause before a request is sent again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(2));

/// A request that was sent, the last of its kind.
#[derive(Debug)]
pub(super) struct Sent {
    /// The trace that it belongs to.
    pub(super) trace_id: TraceId,
    /// The parent that it named.
    pub(super) parent: SpanId,
    /// How many were sent.
    pub(super) requests: u32,
    /// Status and body, or why there are none.
    pub(super) answer: Result<Answer, String>,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
    pub(super) took: Duration,
}

/// Sends a request, and again as often as the plan allows where the answer is not the one that is expected.
pub(super) async fn send(plan: &RequestPlan, expect: &[Expectation], filled: &Filled) -> Sent {
    let mut pause = PAUSES.0;
    let mut requests = 0;
    loop {
        requests += 1;
        let mut sent = send_once(plan).await;
        sent.requests = requests;
        let is_good = sent.answer.as_ref().is_ok_and(|answer| {
            expect.iter().all(|one| {
                judge_answer(&one.what, answer.status, &answer.body, filled)
                    .is_none_or(|outcome| outcome.is_held())
            })
        });
        if is_good || requests > plan.retries {
            return sent;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSES.1);
    }
}

async fn send_once(plan: &RequestPlan) -> Sent {
    let (trace_id, parent) = ids();
    let answer = match prepared(plan, trace_id, parent) {
        Ok((http, request)) => {
            let begun = Instant::now();
            let answer = http
                .send(request, Deadline::after(duration(plan.timeout)))
                .await;
            answer
                .map(|(status, body)| Answer {
                    status,
                    body: String::from_utf8_lossy(&body).into_owned(),
                    took: begun.elapsed(),
                })
                .map_err(|fault| fault.to_string())
        }
        Err(reason) => Err(reason),
    };
    Sent {
        trace_id,
        parent,
        requests: 1,
        answer,
    }
}

/// Ids of a new trace and of the span that the request says it comes from.
fn ids() -> (TraceId, SpanId) {
    loop {
        let random = Uuid::new_v4().as_u64_pair();
        let trace = TraceId::new(*Uuid::new_v4().as_bytes());
        // Zeros are no id, if ever they are drawn.
        if let (Some(trace), Some(span)) = (trace, SpanId::new(random.1.to_be_bytes())) {
            return (trace, span);
        }
    }
}

/// The request with a sampled W3C `traceparent` (<https://www.w3.org/TR/trace-context/>).
fn prepared(
    plan: &RequestPlan,
    trace_id: TraceId,
    parent: SpanId,
) -> Result<(HttpClient, Request), String> {
    let http = HttpClient::new(&[], Some(&plan.url)).map_err(|error| error.to_string())?;
    let method = Method::from_bytes(plan.method.as_bytes())
        .map_err(|_| format!("`{}` is not an HTTP method", plan.method))?;
    let mut request = Request::new(method, plan.url.clone());
    let traceparent = format!("00-{trace_id}-{parent}-01");
    let traced = ("traceparent".to_owned(), traceparent);
    for (name, value) in plan.headers.iter().chain([&traced]) {
        let wrong = || format!("`{name}` is not a header that can be sent");
        let key = HeaderName::try_from(name.as_str()).map_err(|_| wrong())?;
        let value = HeaderValue::try_from(value.as_str()).map_err(|_| wrong())?;
        request
            .headers_mut()
            .try_append(key, value)
            .map_err(|_| "there are more headers than can be sent".to_owned())?;
    }
    if let Some(body) = &plan.body {
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok();
        if is_json && !request.headers().contains_key(CONTENT_TYPE) {
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(CONTENT_TYPE, json);
        }
        *request.body_mut() = Some(body.clone().into());
    }
    Ok((http, request))
}

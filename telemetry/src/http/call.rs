//! One call: its span, its attempts, and what is recorded about them.

use std::error::Error;
use std::time::{Duration, Instant};

use http::Method;
use opentelemetry::trace::{SpanBuilder, SpanKind, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use opentelemetry_semantic_conventions::attribute::{
    ERROR_TYPE, HTTP_REQUEST_METHOD, HTTP_REQUEST_RESEND_COUNT, HTTP_RESPONSE_STATUS_CODE,
    SERVER_ADDRESS, SERVER_PORT, URL_FULL,
};
use reqwest::{Request, Response};
use url::Url;

use super::attributes::{method_in_span_name, method_name, original_method, status_value};
use super::request_error::RequestError;
use super::retry::{RetryPolicy, is_transient, retry_after};
use super::shown_url::shown;
use crate::error::cause_chain;
use crate::recording::record_exception;
use crate::span::Span;

/// How a call is made.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) client: reqwest::Client,
    /// How long it takes at most, retries included.
    pub(super) timeout: Duration,
    pub(super) retry: RetryPolicy,
}

impl Call {
    /// Sends `request` until it is answered, given up, or out of time.
    pub(super) async fn attempts(
        &self,
        context: Context,
        request: Request,
    ) -> Result<Response, RequestError> {
        let started = Instant::now();
        let retries = self.retry.retries_for(request.method());
        let mut request = Some(request);
        let mut retry = 0;
        let result = loop {
            let Some(mut attempt) = request.take() else {
                unreachable!("a request that may be sent again is kept as a copy");
            };
            let remaining = self.timeout.saturating_sub(started.elapsed());
            *attempt.timeout_mut() = Some(remaining);
            if retry < retries {
                // A streamed body cannot be copied: such a request is sent once.
                request = attempt.try_clone();
            }
            let (method, url) = (attempt.method().clone(), shown(attempt.url()));
            let outcome = self.client.execute(attempt).await;
            let Some(told) = (match &outcome {
                Ok(response) if is_transient(response.status()) => {
                    Some(retry_after(response.headers()))
                }
                Ok(_) => None,
                Err(error) => {
                    (error.is_connect() || error.is_timeout() || error.is_request()).then_some(None)
                }
            }) else {
                break outcome.map_err(|source| failed(method, url, started, source));
            };
            let pause = self.retry.pause(retry, told);
            let in_time = started.elapsed().saturating_add(pause) < self.timeout;
            if request.is_none() || !in_time {
                break outcome.map_err(|source| failed(method, url, started, source));
            }
            record_retry(&context, retry + 1, &outcome);
            tokio::time::sleep(pause).await;
            retry += 1;
        };
        record_outcome(&context, retry, &result);
        result
    }
}

fn failed(method: Method, url: Url, started: Instant, source: reqwest::Error) -> RequestError {
    // The URL is told once, and without credentials.
    let source = source.without_url();
    if source.is_timeout() {
        RequestError::Timeout {
            method,
            url,
            waited: started.elapsed(),
            source,
        }
    } else {
        RequestError::Send {
            method,
            url,
            source,
        }
    }
}

pub(super) fn start_span(request: &Request, route: Option<&'static str>) -> Span {
    let method = request.method();
    let url = request.url();
    let verb = method_in_span_name(method);
    let mut attributes = vec![
        KeyValue::new(HTTP_REQUEST_METHOD, method_name(method)),
        KeyValue::new(URL_FULL, shown(url).to_string()),
    ];
    attributes.extend(original_method(method));
    if let Some(host) = url.host_str() {
        attributes.push(KeyValue::new(SERVER_ADDRESS, host.to_owned()));
    }
    if let Some(port) = url.port_or_known_default() {
        attributes.push(KeyValue::new(SERVER_PORT, i64::from(port)));
    }
    if let Some(template) = route {
        attributes.push(KeyValue::new("url.template", template));
    }
    let builder = match route {
        Some(template) => SpanBuilder::from_name(format!("{verb} {template}")),
        None => SpanBuilder::from_name(verb),
    };
    let builder = builder
        .with_kind(SpanKind::Client)
        .with_attributes(attributes);
    Context::map_current(|parent| Span::start(builder, parent))
}

/// Notes on the span that one attempt failed and another follows.
fn record_retry(context: &Context, number: u32, outcome: &Result<Response, reqwest::Error>) {
    let reason = match outcome {
        Ok(response) => format!("status {}", response.status().as_u16()),
        Err(error) => error
            .source()
            .map_or_else(|| error.to_string(), cause_chain),
    };
    context.span().add_event(
        "retry",
        vec![
            KeyValue::new("retry_count", i64::from(number)),
            KeyValue::new("reason", reason),
        ],
    );
}

fn record_outcome(context: &Context, retries: u32, result: &Result<Response, RequestError>) {
    let span = context.span();
    if !span.is_recording() {
        return;
    }
    span.set_attribute(KeyValue::new("retry_count", i64::from(retries)));
    if retries > 0 {
        span.set_attribute(KeyValue::new(HTTP_REQUEST_RESEND_COUNT, i64::from(retries)));
    }
    match result {
        Ok(response) => {
            let status = response.status();
            span.set_attribute(KeyValue::new(
                HTTP_RESPONSE_STATUS_CODE,
                status_value(status),
            ));
            if status.is_client_error() || status.is_server_error() {
                span.set_attribute(KeyValue::new(ERROR_TYPE, status.as_str().to_owned()));
                span.set_status(Status::error(""));
            }
        }
        Err(error) => {
            record_exception(context, error);
            span.set_attribute(KeyValue::new(ERROR_TYPE, error.kind()));
        }
    }
}

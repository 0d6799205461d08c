//! What happens around every request: it is counted, limited in time, and a panic becomes an answer.

use std::any::Any;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};
use thiserror::Error;
use tracing::info;

use crate::ApiError;
use crate::metrics::Metrics;

/// The route label of requests that match no route, so that a scan cannot fill the metrics with paths.
const NO_ROUTE: &str = "none";

/// A bug in a handler, caught at the edge.
#[derive(Debug, Error)]
#[error("a request handler panicked: {0}")]
struct HandlerPanicked(String);

/// Counts the request by method, route template and status, and logs it.
pub(crate) async fn count(
    State(metrics): State<Metrics>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = method_label(request.method());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = matched.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let (status, duration) = (response.status().as_u16(), started.elapsed());
    metrics.observe(method, route, status, duration);
    let duration_ms = (duration.as_secs_f64() * 1e6).round() / 1e3;
    info!(method, route, status, duration_ms, "request answered");
    response
}

/// Answers 503 when the request takes longer than it may.
pub(crate) async fn limit_time(
    State(limit): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "request_timeout",
            format!(
                "the request was not answered within {} s",
                limit.as_secs_f64()
            ),
        )
        .into_response(),
    }
}

/// The answer to a request whose handler panicked; the panic's message goes to log and span.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the panic over by value"
)]
pub(crate) fn panic_answer(panic: Box<dyn Any + Send + 'static>) -> Response {
    let message = panic
        .downcast_ref::<&'static str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned());
    ApiError::internal(HandlerPanicked(message)).into_response()
}

/// The answer to a known route with another method; axum adds the `allow` header.
pub(crate) async fn method_not_allowed(method: Method) -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        format!("this route does not answer {method}; see the `allow` header"),
    )
}

/// The method if it is a well-known one, so that invented methods cannot fill the metrics.
fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}

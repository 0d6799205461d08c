//! A service: its routes, wrapped in what every service does for every request.

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use crate::metrics::Metrics;
use crate::{ApiError, Dependency, operations, requests};

/// What a service may use for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest request body, in bytes.
    pub body_bytes: usize,
    /// The longest time from a request's arrival to its answer.
    pub request_time: Duration,
}

impl Default for Limits {
    /// 64 KiB and 30 s.
    fn default() -> Self {
        Self {
            body_bytes: 64 * 1024,
            request_time: Duration::from_secs(30),
        }
    }
}

/// A service that can be started: see [`start`](crate::start) and [`run`](crate::run).
#[derive(Debug)]
pub struct Service {
    name: &'static str,
    routes: Router,
    dependencies: Vec<Dependency>,
    limits: Limits,
    pub(crate) background: Option<Background>,
}

/// Work that goes on beside the requests, such as a timer.
#[derive(Debug)]
pub struct Background {
    /// Cancelled when the service stops; the work then ends by itself.
    pub stop: CancellationToken,
    /// The work, which is waited for while requests drain.
    pub work: tokio::task::JoinHandle<()>,
}

impl Service {
    /// A service called `name` that answers `routes`, with the default limits and no dependencies.
    pub fn new(name: &'static str, routes: Router) -> Self {
        Self {
            name,
            routes,
            dependencies: Vec::new(),
            limits: Limits::default(),
            background: None,
        }
    }

    /// Sets what one request may use.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds something that `/ready` asks for.
    #[must_use]
    pub fn needs(mut self, dependency: Dependency) -> Self {
        self.dependencies.push(dependency);
        self
    }

    /// Sets the work that goes on beside the requests.
    #[must_use]
    pub fn background(mut self, background: Background) -> Self {
        self.background = Some(background);
        self
    }

    /// The complete router: routes, `/health`, `/ready`, `/metrics`, uniform errors, limits, spans and counts.
    ///
    /// The layers, from the outside: the request's span, the count, the time limit, a panic caught, the body
    /// limit. Panics become answers inside the span, so that span and count tell of the 500 that was sent.
    pub(crate) fn into_router(self) -> Result<Router, prometheus::Error> {
        let metrics = Metrics::new()?;
        let router = self
            .routes
            .fallback(async || ApiError::not_found("no such route"))
            .method_not_allowed_fallback(requests::method_not_allowed)
            .layer(DefaultBodyLimit::max(self.limits.body_bytes))
            .layer(CatchPanicLayer::custom(requests::panic_answer))
            .layer(from_fn_with_state(
                self.limits.request_time,
                requests::limit_time,
            ))
            .layer(from_fn_with_state(metrics.clone(), requests::count))
            .layer(telemetry::http_middleware(self.name));
        Ok(operations::routes(self.name, self.dependencies, metrics).merge(router))
    }
}

//! The tower layer that gives each request served a span, an id and a watch on its duration.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll, ready};
use std::time::{Duration, Instant};

use axum::extract::MatchedPath;
use http::{HeaderMap, Request, Response, header};
use opentelemetry::trace::{SpanBuilder, SpanKind, Status, TraceContextExt};
use opentelemetry::{Context, InstrumentationScope, KeyValue};
use opentelemetry_semantic_conventions::attribute::{
    ERROR_TYPE, HTTP_REQUEST_METHOD, HTTP_RESPONSE_STATUS_CODE, HTTP_ROUTE,
    NETWORK_PROTOCOL_VERSION, URL_PATH, URL_SCHEME, USER_AGENT_ORIGINAL,
};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use super::attributes::{
    method_in_span_name, method_name, original_method, protocol_version, status_value,
};
use super::request_id::{REQUEST_ID_HEADER, RequestId};
use crate::span::{Span, run_in};
use crate::{propagation, tracer};

/// How long a request may take before it is logged as slow, unless told otherwise.
const SLOW_THRESHOLD: Duration = Duration::from_secs(2);

/// Requests to these paths are asked for by machines every few seconds and would drown the rest.
const UNTRACED_PATHS: [&str; 3] = ["/health", "/ready", "/metrics"];

/// A layer that traces every request served by `service`, but those to `/health`, `/ready` and
/// `/metrics`.
///
/// A span begins when the request arrives and ends with the head of the response. It is named
/// `METHOD /route/{template}`, or the method alone where no route matched, and follows the stable
/// HTTP semantic conventions; its scope is `service`. The caller's `traceparent`, `tracestate`
/// and `baggage` are taken up. Responses with a 5xx status and panics end it with an error. The
/// request's id is taken from `x-request-id`, or made up, and sent back in the same header.
///
/// Use it with [`Router::layer`](axum::Router::layer), after the routes: only there the route's
/// template is known.
///
/// ```
/// use axum::{Router, routing::get};
/// use std::time::Duration;
///
/// let app: Router = Router::new()
///     .route("/api/documents/{id}", get(|| async { "a document" }))
///     .layer(telemetry::http_middleware("docutag-controller").slow_threshold(Duration::from_secs(5)));
/// ```
pub fn http_middleware(service: impl Into<Cow<'static, str>>) -> HttpMiddlewareLayer {
    HttpMiddlewareLayer {
        settings: Arc::new(Settings {
            scope: InstrumentationScope::builder(service)
                .with_version(env!("CARGO_PKG_VERSION"))
                .build(),
            slow_threshold: SLOW_THRESHOLD,
        }),
    }
}

/// The layer that [`http_middleware`] makes.
#[derive(Debug, Clone)]
pub struct HttpMiddlewareLayer {
    settings: Arc<Settings>,
}

#[derive(Debug, Clone)]
struct Settings {
    scope: InstrumentationScope,
    slow_threshold: Duration,
}

impl HttpMiddlewareLayer {
    /// A request that takes longer than `threshold` (2 s unless set) is logged as
    /// `slow operation detected`.
    #[must_use]
    pub fn slow_threshold(mut self, threshold: Duration) -> Self {
        Arc::make_mut(&mut self.settings).slow_threshold = threshold;
        self
    }
}

impl<S> Layer<S> for HttpMiddlewareLayer {
    type Service = HttpMiddleware<S>;

    fn layer(&self, inner: S) -> Self::Service {
        HttpMiddleware {
            inner,
            settings: Arc::clone(&self.settings),
        }
    }
}

/// A service wrapped by the layer that [`http_middleware`] makes.
#[derive(Debug, Clone)]
pub struct HttpMiddleware<S> {
    inner: S,
    settings: Arc<Settings>,
}

impl<S, RequestBody, ResponseBody> Service<Request<RequestBody>> for HttpMiddleware<S>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, task: &mut task::Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(task)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        if UNTRACED_PATHS.contains(&request.uri().path()) {
            let span = Span::from_context(Context::new().with_telemetry_suppressed());
            let future = run_in(span.context(), || self.inner.call(request));
            return ResponseFuture {
                future,
                watch: None,
                span,
            };
        }
        let mut watch = Watch {
            started: Instant::now(),
            method: method_name(request.method()),
            route: request.extensions().get::<MatchedPath>().cloned(),
            id: RequestId::of(request.headers()),
            settings: Arc::clone(&self.settings),
            context: Context::new(),
        };
        let span = start_span(&request, &watch);
        watch.context = span.context().clone();
        let future = run_in(span.context(), || self.inner.call(request));
        ResponseFuture {
            future,
            watch: Some(watch),
            span,
        }
    }
}

/// What is known about a request while it is served.
#[derive(Debug)]
struct Watch {
    started: Instant,
    method: &'static str,
    route: Option<MatchedPath>,
    id: RequestId,
    settings: Arc<Settings>,
    context: Context,
}

pin_project! {
    /// The response of a service wrapped by the layer that [`http_middleware`] makes.
    #[derive(Debug)]
    pub struct ResponseFuture<F> {
        #[pin]
        future: F,
        // Before the span: whatever is noted when this is dropped must be noted before it ends.
        watch: Option<Watch>,
        span: Span,
    }
}

impl<F, Body, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<Body>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut task::Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let context = this.span.context();
        let mut result = ready!(run_in(context, || this.future.poll(task)));
        if let Some(mut watch) = this.watch.take() {
            watch.finish(result.as_mut().ok());
        }
        Poll::Ready(result)
    }
}

impl Drop for Watch {
    /// A request that is dropped before its response is one whose client went away. After a
    /// response, or a panic, the span has ended, and this writes nothing.
    fn drop(&mut self) {
        let span = self.context.span();
        if span.is_recording() {
            span.add_event("cancelled", Vec::new());
            span.set_attribute(KeyValue::new("duration_ms", milliseconds(self.started)));
        }
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

impl Watch {
    /// Ends the request's span, and warns if it was slow. Without a response the service failed.
    fn finish<Body>(&mut self, response: Option<&mut Response<Body>>) {
        let milliseconds = milliseconds(self.started);
        let span = self.context.span();
        let status = response.as_ref().map(|response| response.status());
        if span.is_recording() {
            span.set_attribute(KeyValue::new("duration_ms", milliseconds));
            if let Some(status) = status {
                span.set_attribute(KeyValue::new(
                    HTTP_RESPONSE_STATUS_CODE,
                    status_value(status),
                ));
                if status.is_server_error() {
                    span.set_attribute(KeyValue::new(ERROR_TYPE, status.as_str().to_owned()));
                    span.set_status(Status::error(""));
                }
            } else {
                span.set_attribute(KeyValue::new(ERROR_TYPE, "no_response"));
                span.set_status(Status::error("the service gave no response"));
            }
        }
        if self.started.elapsed() > self.settings.slow_threshold {
            let _current = self.context.clone().attach();
            tracing::warn!(
                duration_ms = milliseconds,
                method = self.method,
                route = self.route.as_ref().map(MatchedPath::as_str),
                status = status.map(|status| status.as_u16()),
                "slow operation detected"
            );
        }
        span.end();
        if let Some(response) = response {
            response
                .headers_mut()
                .insert(REQUEST_ID_HEADER, self.id.to_header());
        }
    }
}

/// Starts the span of a request below its caller's.
fn start_span<Body>(request: &Request<Body>, watch: &Watch) -> Span {
    let parent = propagation::extract(request.headers()).with_value(watch.id.clone());
    let Some(active) = tracer::active() else {
        return Span::from_context(parent);
    };
    let builder = SpanBuilder::from_name(span_name(request, watch.route.as_ref()))
        .with_kind(SpanKind::Server)
        .with_attributes(request_attributes(request, watch));
    let span = active.start_in_scope(watch.settings.scope.clone(), builder, &parent);
    Span::from_context(parent.with_span(span))
}

fn span_name<Body>(request: &Request<Body>, route: Option<&MatchedPath>) -> Cow<'static, str> {
    let method = method_in_span_name(request.method());
    match route {
        Some(route) => format!("{method} {}", route.as_str()).into(),
        // The path itself would make as many names as there are callers' typing errors.
        None => method.into(),
    }
}

fn request_attributes<Body>(request: &Request<Body>, watch: &Watch) -> Vec<KeyValue> {
    let mut attributes = Vec::with_capacity(12);
    attributes.push(KeyValue::new(HTTP_REQUEST_METHOD, watch.method));
    attributes.extend(original_method(request.method()));
    if let Some(route) = &watch.route {
        attributes.push(KeyValue::new(HTTP_ROUTE, route.as_str().to_owned()));
    }
    attributes.push(KeyValue::new(URL_PATH, request.uri().path().to_owned()));
    attributes.push(KeyValue::new(URL_SCHEME, scheme(request)));
    attributes.push(KeyValue::new(
        NETWORK_PROTOCOL_VERSION,
        protocol_version(request.version()),
    ));
    if let Some(agent) = text_of(request.headers(), &header::USER_AGENT) {
        attributes.push(KeyValue::new(USER_AGENT_ORIGINAL, agent.to_owned()));
    }
    attributes.push(KeyValue::new("request_id", watch.id.as_str().to_owned()));
    attributes
}

/// The scheme that the client used, as far as a proxy in front tells.
fn scheme<Body>(request: &Request<Body>) -> &'static str {
    let told = request
        .headers()
        .get("x-forwarded-proto")
        .and_then(|value| value.to_str().ok())
        .or_else(|| request.uri().scheme_str());
    match told {
        Some(scheme) if scheme.eq_ignore_ascii_case("https") => "https",
        _ => "http",
    }
}

fn text_of<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

//! The shared tracing package of the services: traces over OTLP, and logs that name them.
//!
//! ```no_run
//! use axum::{Router, routing::get};
//!
//! # async fn serve(_: Router) {}
//! # #[tokio::main]
//! # async fn main() {
//! let tracing = telemetry::init_or_warn("docutag-controller");
//! let app = Router::new()
//!     .route("/api/documents", get(|| async { "[]" }))
//!     .layer(telemetry::http_middleware("docutag-controller"));
//! serve(app).await;
//! if let Some(tracing) = tracing {
//!     tracing.shutdown().await;
//! }
//! # }
//! ```
//!
//! Code inside a request is inside its span: [`add_span_event`], [`record_error`] and the `tracing`
//! macros need no handle. Spawned tasks and threads are not, unless they take
//! [`current_span`] along. Spans come from [`start_span`] alone: the spans of the `tracing` crate
//! belong to libraries and are not exported.

mod attribute;
mod config;
mod correlation;
mod counters;
mod error;
mod export;
mod guard;
mod http;
mod init;
mod log;
mod propagation;
mod resource;
mod sampling;
mod span;
mod tls;
mod tracer;

pub use attribute::{Attribute, Value};
pub use config::MalformedValue;
pub use correlation::{Level, SpanId, TraceId, log_with_trace, request_id, span_id, trace_id};
pub use counters::{ExportCounters, export_counters};
pub use error::{CertificateError, InitError, cause_chain};
pub use guard::TracerGuard;
pub use http::{
    ClientBuildError, HttpClient, HttpClientBuilder, HttpMiddleware, HttpMiddlewareLayer,
    Propagation, REQUEST_ID_HEADER, RequestBuilder, RequestError, RequestId, ResponseFuture,
    RetryPolicy, RetryScope, http_client, http_middleware,
};
pub use init::{init_or_warn, init_tracer};
pub use span::{
    CurrentSpan, EnteredSpan, InPlace, Instrumented, Span, add_span_attributes, add_span_event,
    current_span, record_error, start_root_span, start_span,
};

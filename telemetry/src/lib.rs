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
//!
//! # Settings
//!
//! All are environment variables, read once at the start. An empty one counts as unset; a value
//! that cannot be used is an [`InitError`] that names variable, value and the form expected. For
//! `OTEL_EXPORTER_OTLP_*`, `OTEL_EXPORTER_OTLP_TRACES_*` goes first.
//!
//! | variable | value | unless set |
//! | --- | --- | --- |
//! | `TEMPO_ENDPOINT` | `host:port` of an OTLP/gRPC receiver, unencrypted | `tempo:4317` |
//! | `OTEL_EXPORTER_OTLP_ENDPOINT` | URL with `http://` or `https://` | |
//! | `OTEL_EXPORTER_OTLP_PROTOCOL` | `grpc` or `http/protobuf`, for the `OTEL_*` endpoints | `http/protobuf` on port 4318, else `grpc` |
//! | `OTEL_EXPORTER_OTLP_HEADERS` | `name=value,…`, percent-encoded; never logged | none |
//! | `OTEL_EXPORTER_OTLP_CERTIFICATE` | PEM file of the only authorities trusted | Mozilla's, built in |
//! | `OTEL_EXPORTER_OTLP_TIMEOUT` | milliseconds for one attempt | 10000 |
//! | `OTEL_EXPORTER_OTLP_COMPRESSION` | `gzip` or `none` | `none` |
//! | `OTEL_TRACES_SAMPLER`, `_ARG` | a sampler of the specification, but remote ones; `adaptive` or `parentbased_adaptive`, with traces per second | `parentbased_always_on` |
//! | `OTEL_TRACES_EXPORTER` | `otlp`, or `none`: spans only give log lines their ids | `otlp` |
//! | `OTEL_BSP_MAX_QUEUE_SIZE` | spans that wait at most; the oldest are dropped first | 2048 |
//! | `OTEL_BSP_MAX_EXPORT_BATCH_SIZE` | spans sent at once | 512 |
//! | `OTEL_BSP_SCHEDULE_DELAY` | milliseconds that a span waits for others at most | 5000 |
//! | `OTEL_BSP_EXPORT_TIMEOUT` | milliseconds for one attempt, where that is less | 30000 |
//! | `TEMPO_RETRY_BUFFER_BYTES` | bytes of spans that wait at most for a backend that is away; the oldest are dropped first | 67108864 (64 MiB) |
//! | `OTEL_RESOURCE_ATTRIBUTES` | `name=value,…`; cannot rename the service | |
//! | `OTEL_SDK_DISABLED` | `true`: no spans, contexts still pass through | `false` |
//! | `RUST_LOG`, else `LOG_LEVEL` | filter directives, or one level | `info` |
//!
//! The endpoint is that of the first of `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `TEMPO_ENDPOINT` and
//! `OTEL_EXPORTER_OTLP_ENDPOINT` that is set; the log says which. For `http/protobuf`, `/v1/traces`
//! is appended to the general endpoint, while the one for traces is taken as it is. Neither the
//! export nor [`http_client`] uses a proxy: what they talk to is in the same stack.
//!
//! # Adaptive sampling
//!
//! `parentbased_adaptive` records what callers record, and of the traces that begin here as many a
//! second as its argument says (10 unless set), divided among the routes, which are span names:
//! those with little load are recorded whole, the others share what is left equally. A route that
//! is new, or on which nothing came for a minute, is sampled at once. `adaptive` decides by itself
//! about what callers send, too. At most 128 routes are told apart; the rest count as one. The
//! probability is told in `tracestate` (`ot=th:…`) as OpenTelemetry's consistent probability
//! sampling has it, and decided with the lower 56 bits of the trace id, or the caller's `rv`.
//!
//! # A backend that is away
//!
//! Batches that cannot be sent yet wait, encoded, in a buffer that is bounded in bytes. A failure
//! is worth another attempt as the OTLP specification says: connections that fail or break, no
//! answer in time, the HTTP answers 429, 502, 503 and 504, the gRPC codes `UNAVAILABLE`,
//! `CANCELLED`, `DEADLINE_EXCEEDED`, `ABORTED`, `OUT_OF_RANGE`, `DATA_LOSS`, and
//! `RESOURCE_EXHAUSTED` where it tells a time to come back at. Whatever else the backend refuses
//! is lost at once, counted as failed and logged. Between attempts are pauses of 1 s growing to
//! 5 s, up to a fifth shorter or longer by chance, or what `Retry-After` or `RetryInfo` asks for,
//! 10 min at most. Once the backend is back, what waited follows at 500 traces and 3 MB a second
//! on top of what is new, as a Tempo with its usual limits takes it. At the end everything is tried once more, until the deadline; a backend that
//! is not there at all does not hold the end up. What is made can be sent twice where an answer
//! got lost, never silently none at all: [`export_counters`] accounts for each span.
//!
//! # Log lines about the export
//!
//! | `msg` | level | when | fields |
//! | --- | --- | --- | --- |
//! | `failed to export spans` | ERROR | the export begins to fail, or the first batch is refused for good; then once a minute | `error`, `cause`, `endpoint`, `spans_lost`, `spans_waiting`, `spans_dropped`, `spans_failed` |
//! | `span export recovered` | INFO | it works again | `endpoint`, `spans_lost`, `spans_waiting`, `outage_ms` |
//! | `span queue is full, oldest spans dropped` | WARN | once a minute | `endpoint`, `spans_dropped_now`, `spans_dropped` |
//! | `retry buffer is full, oldest spans dropped` | WARN | once a minute | `endpoint`, `spans_dropped_now`, `spans_dropped`, `buffered_bytes` |
//! | `backend rejected spans` | WARN | once a minute | `endpoint`, `spans_rejected`, `error` |
//! | `spans lost at shutdown` | WARN | the end, where it comes before all was sent | `endpoint`, `spans_lost`, `error`, `cause` |
//! | `tracer shut down` | INFO | the end | `spans_made`, `spans_sent`, `spans_failed`, `spans_dropped` |
//!
//! `cause` is one of `connection refused`, `no such host`, `unreachable`, `timeout`,
//! `connection lost`, `tls`, `wrong protocol`, `unimplemented`, `unauthorized`, `throttled`,
//! `unavailable`, `refused by the backend`.

mod attribute;
mod config;
mod correlation;
mod counters;
mod error;
mod export;
mod guard;
mod http;
mod init;
mod instrument;
mod log;
mod propagation;
mod recording;
mod resource;
mod sampling;
mod span;
mod tls;
mod tracer;

pub use attribute::{Attribute, Value};
pub use config::MalformedValue;
pub use correlation::{Level, SpanId, TraceId, log_with_trace, request_id, span_id, trace_id};
pub use counters::{Drops, ExportCounters, export_counters};
pub use error::{CertificateError, InitError, cause_chain};
pub use guard::TracerGuard;
pub use http::{
    ClientBuildError, HttpClient, HttpClientBuilder, HttpMiddleware, HttpMiddlewareLayer,
    Propagation, REQUEST_ID_HEADER, RequestBuilder, RequestError, RequestId, ResponseFuture,
    RetryPolicy, RetryScope, http_client, http_middleware,
};
pub use init::{init_or_warn, init_tracer};
pub use instrument::{InPlace, Instrumented};
pub use span::{
    CurrentSpan, EnteredSpan, Span, add_span_attributes, add_span_event, current_span,
    record_error, start_root_span, start_span,
};

//! Tempo's HTTP API on the query port.
//!
//! - [`state`]: what the handlers share;
//! - [`status`]: readiness, version, build information, echo, the configuration;
//! - [`exposition`]: what `/metrics` answers;
//! - [`trace_by_id`], [`search`], [`tags`]: the queries;
//! - [`params`]: their parameters;
//! - [`answer`], [`text`]: what their answers have in common;
//! - [`otlp_json`], [`attribute_json`], [`tags_json`]: the JSON forms that Tempo answers with;
//! - [`timing`]: how long requests take.

mod answer;
mod attribute_json;
mod exposition;
mod otlp_json;
mod params;
mod search;
mod state;
mod status;
mod tags;
mod tags_json;
mod text;
mod timing;
mod trace_by_id;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};
use tower_http::compression::CompressionLayer;

pub(crate) use state::{ApiState, Lifecycle};
pub(crate) use text::not_found;

/// The routes of the query port.
pub(crate) fn router(state: Arc<ApiState>) -> Router {
    let queries = Router::new()
        .route("/api/traces/{id}", get(trace_by_id::v1))
        .route("/api/v2/traces/{id}", get(trace_by_id::v2))
        .route("/api/search", get(search::search))
        .route("/api/search/tags", get(tags::names_v1))
        .route("/api/v2/search/tags", get(tags::names_v2))
        .route("/api/search/tag/{tag}/values", get(tags::values_v1))
        .route("/api/v2/search/tag/{tag}/values", get(tags::values_v2))
        .layer(CompressionLayer::new());
    Router::new()
        .route("/ready", any(status::ready))
        .route("/metrics", get(exposition::metrics))
        .route("/api/echo", get(status::echo))
        .route("/status", get(status::everything))
        .route("/status/version", get(status::version))
        .route("/status/config", get(status::config))
        .route("/status/services", get(status::services))
        .route("/status/endpoints", get(status::endpoints))
        .route("/status/usage-stats", get(status::usage_stats))
        .route("/api/status/buildinfo", get(status::build_info))
        .merge(queries)
        .fallback(not_found)
        .layer(from_fn_with_state(Arc::clone(&state), timing::measure))
        .with_state(state)
}

//! Tempo's HTTP API on the query port.
//!
//! - [`state`]: what the handlers share;
//! - [`status`]: readiness, version, build information, echo;
//! - [`exposition`]: `/metrics`;
//! - [`trace_by_id`]: one trace, by its id;
//! - [`otlp_json`]: traces in the JSON form that Tempo answers with.

mod exposition;
mod otlp_json;
mod state;
mod status;
mod text;
mod trace_by_id;

use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get};

pub(crate) use state::{ApiState, Lifecycle};
pub(crate) use text::not_found;

/// The routes of the query port.
pub(crate) fn router(state: Arc<ApiState>) -> Router {
    Router::new()
        .route("/ready", any(status::ready))
        .route("/metrics", get(exposition::metrics))
        .route("/api/echo", get(status::echo))
        .route("/api/traces/{id}", get(trace_by_id::v1))
        .route("/api/v2/traces/{id}", get(trace_by_id::v2))
        .fallback(not_found)
        .with_state(state)
}

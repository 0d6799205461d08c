//! Readiness, version, build information and the like.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::state::ApiState;
use super::text::server_text;

/// `/ready`, any method.
pub(super) async fn ready(State(state): State<Arc<ApiState>>) -> Response {
    if state.lifecycle.is_running() {
        server_text(StatusCode::OK, "ready\n")
    } else {
        server_text(StatusCode::SERVICE_UNAVAILABLE, "Application is stopping\n")
    }
}

/// `/api/echo`.
pub(super) async fn echo() -> Response {
    server_text(StatusCode::OK, "echo\n")
}

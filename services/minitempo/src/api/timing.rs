//! How long requests take, under Tempo's names for its routes.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::state::ApiState;

/// Measures a request into `tempo_request_duration_seconds`.
pub(super) async fn measure(
    State(state): State<Arc<ApiState>>,
    matched: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let method = request.method().clone();
    let route = route_name(matched.as_ref().map(MatchedPath::as_str));
    let began = Instant::now();
    let response = next.run(request).await;
    state.metrics.request(
        method.as_str(),
        &route,
        response.status().as_str(),
        began.elapsed(),
    );
    response
}

/// Tempo's name of a route: its words joined with underscores.
fn route_name(matched: Option<&str>) -> String {
    match matched {
        None => "other".to_owned(),
        Some("/api/traces/{id}") => "api_traces_traceid".to_owned(),
        Some("/api/v2/traces/{id}") => "api_v2_traces_traceid".to_owned(),
        Some("/api/search/tag/{tag}/values") => "api_search_tag_tagname_values".to_owned(),
        Some("/api/v2/search/tag/{tag}/values") => "api_v2_search_tag_tagname_values".to_owned(),
        Some(path) => path.trim_matches('/').replace(['/', '-'], "_"),
    }
}

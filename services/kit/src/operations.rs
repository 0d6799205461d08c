//! The routes for those who run the service: `/health`, `/ready` and `/metrics`. They are neither traced nor counted.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{StatusCode, header};
use serde::Serialize;

use crate::metrics::Metrics;
use crate::{ApiError, Dependency, Readiness, requests};

/// The answer of `/health`: the process serves requests, whatever its dependencies do.
#[derive(Debug, Serialize)]
struct Health {
    status: &'static str,
    service: &'static str,
}

pub(crate) fn routes(
    service: &'static str,
    dependencies: Vec<Dependency>,
    metrics: Metrics,
) -> Router {
    let health = move || async move {
        Json(Health {
            status: "ok",
            service,
        })
    };
    Router::new()
        .route("/health", get(health))
        .route("/ready", get(ready).with_state(Arc::from(dependencies)))
        .route("/metrics", get(render).with_state(metrics))
        .method_not_allowed_fallback(requests::method_not_allowed)
}

async fn ready(State(dependencies): State<Arc<[Dependency]>>) -> Response {
    let readiness = Readiness::of(&dependencies).await;
    let status = if readiness.is_ready() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(readiness)).into_response()
}

async fn render(State(metrics): State<Metrics>) -> Result<Response, ApiError> {
    let text = metrics.render().map_err(ApiError::internal)?;
    Ok(([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response())
}

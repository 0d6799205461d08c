//! Who asks for which page.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{HeaderName, StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use tokio::{sync::watch::Receiver, time::Instant};

use super::pages::{Health, Pages};

/// What a browser is shown at `/`.
const INDEX: &str = "ptctl serve\n\n/metrics      for Prometheus\n/report.json  the last look, as `ptctl doctor -o json` \
                     has it\n/healthz      whether the looks go on\n";

type Latest = Receiver<Arc<Pages>>;
type ContentType = [(HeaderName, &'static str); 1];

const TEXT: ContentType = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
const METRICS: ContentType = [(
    header::CONTENT_TYPE,
    "text/plain; version=0.0.4; charset=utf-8",
)];
const JSON: ContentType = [(header::CONTENT_TYPE, "application/json")];

/// The pages as they are now, for whoever asks by GET.
pub(crate) fn router(pages: Latest) -> Router {
    Router::new()
        .route("/", get(async || (TEXT, INDEX)))
        .route("/metrics", get(metrics))
        .route("/report.json", get(report))
        .route("/healthz", get(health))
        .with_state(pages)
}

fn latest(pages: &Latest) -> Arc<Pages> {
    Arc::clone(&pages.borrow())
}

async fn metrics(State(pages): State<Latest>) -> impl IntoResponse {
    (METRICS, latest(&pages).metrics.clone())
}

async fn report(State(pages): State<Latest>) -> impl IntoResponse {
    match &latest(&pages).report {
        Ok(report) => (JSON, report.clone()).into_response(),
        Err(reason) => {
            let text = format!("there is no report: {reason}\n");
            (StatusCode::SERVICE_UNAVAILABLE, TEXT, text).into_response()
        }
    }
}

async fn health(State(pages): State<Latest>) -> impl IntoResponse {
    match latest(&pages).pulse.health(Instant::now()) {
        Health::Alive(text) => (StatusCode::OK, TEXT, format!("ok: {text}\n")),
        Health::Stuck(text) => (
            StatusCode::SERVICE_UNAVAILABLE,
            TEXT,
            format!("stuck: {text}\n"),
        ),
    }
}

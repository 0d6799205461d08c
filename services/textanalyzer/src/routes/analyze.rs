//! `POST /api/analyze`.

use serde::Deserialize;
use service_kit::{ApiError, Json};
use tokio::task::spawn_blocking;

use crate::domain::analysis::Analysis;

/// The text to analyse.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnalyzeRequest {
    text: String,
    title: Option<String>,
}

pub(crate) async fn analyze(
    Json(request): Json<AnalyzeRequest>,
) -> Result<Json<Analysis>, ApiError> {
    if request.text.trim().is_empty() {
        return Err(ApiError::unprocessable("empty_text", "`text` is empty"));
    }
    let span = telemetry::start_span("analyze text", &[("text.bytes", request.text.len().into())]);
    let work = move || span.in_scope(|| Analysis::of(&request.text, request.title.as_deref()));
    let analysis = spawn_blocking(work).await.map_err(ApiError::internal)?;
    telemetry::add_span_event(
        "ai_analysis_complete",
        &[("token_count", analysis.words.into())],
    );
    Ok(Json(analysis))
}

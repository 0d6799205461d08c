//! `POST /api/analyze`.

use axum::extract::State;
use serde::Deserialize;
use service_kit::{ApiError, Json, Processors};

use crate::domain::analysis::Analysis;

/// The text to analyse.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnalyzeRequest {
    text: String,
    title: Option<String>,
}

pub(crate) async fn analyze(
    State(processors): State<Processors>,
    Json(request): Json<AnalyzeRequest>,
) -> Result<Json<Analysis>, ApiError> {
    if request.text.trim().is_empty() {
        return Err(ApiError::unprocessable("empty_text", "`text` is empty"));
    }
    let span = telemetry::start_span("analyze text", &[("text.bytes", request.text.len().into())]);
    let work = move || Analysis::of(&request.text, request.title.as_deref());
    let analysis = processors.run(span, work).await?;
    telemetry::add_span_event(
        "ai_analysis_complete",
        &[("token_count", analysis.words.into())],
    );
    Ok(Json(analysis))
}

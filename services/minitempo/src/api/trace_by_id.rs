//! `/api/traces/{id}` and `/api/v2/traces/{id}`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{ACCEPT, CONTENT_TYPE, VARY};
use http::{HeaderMap, StatusCode};
use prost::Message as _;
use tracing::error;

use super::otlp_json;
use super::state::ApiState;
use super::text::query_text;
use crate::ids::TraceId;
use crate::query::{self, QueryError};

/// The forms of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Protobuf,
}

impl Form {
    /// Tempo knows this one name for protobuf; everything else is JSON.
    fn of(headers: &HeaderMap) -> Self {
        match headers.get(ACCEPT) {
            Some(accept) if accept == "application/protobuf" => Self::Protobuf,
            _ => Self::Json,
        }
    }
}

/// `GET /api/traces/{id}`.
pub(super) async fn v1(
    State(state): State<Arc<ApiState>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let trace = match find(&state, &id, &headers).await {
        Ok(trace) => trace,
        Err(answer) => return answer,
    };
    if trace.resource_spans.is_empty() {
        return (StatusCode::NOT_FOUND, [(VARY, "Accept-Encoding")]).into_response();
    }
    match Form::of(&headers) {
        Form::Protobuf => protobuf(trace.encode_to_vec()),
        Form::Json => json(&otlp_json::Batches::of(&trace)),
    }
}

/// `GET /api/v2/traces/{id}`.
pub(super) async fn v2(
    State(state): State<Arc<ApiState>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let trace = match find(&state, &id, &headers).await {
        Ok(trace) => trace,
        Err(answer) => return answer,
    };
    let inspected = trace.encoded_len();
    match Form::of(&headers) {
        Form::Protobuf => protobuf(
            query::TraceByIdResponse {
                trace: Some(trace),
                metrics: Some(query::TraceByIdMetrics {
                    inspected_bytes: inspected as u64,
                }),
            }
            .encode_to_vec(),
        ),
        Form::Json => json(&otlp_json::TraceByIdAnswer::of(&trace, inspected)),
    }
}

#[expect(
    clippy::result_large_err,
    reason = "the error is the answer itself and is made once a request at most"
)]
async fn find(
    state: &Arc<ApiState>,
    id: &str,
    headers: &HeaderMap,
) -> Result<query::Trace, Response> {
    let tenant = state.tenant(headers)?;
    let id =
        TraceId::parse(id).map_err(|fault| refused(StatusCode::BAD_REQUEST, &fault.to_string()))?;
    let catalogue = Arc::clone(&state.catalogue);
    let found =
        tokio::task::spawn_blocking(move || query::trace_by_id(&catalogue, &tenant, id)).await;
    let found = found.unwrap_or_else(|_| Err(QueryError::Interrupted));
    state
        .metrics
        .query("traces", if found.is_ok() { "completed" } else { "failed" });
    found.map_err(|failure| {
        error!(err = %failure, trace = %id, "failed to read trace");
        refused(StatusCode::INTERNAL_SERVER_ERROR, &failure.to_string())
    })
}

fn refused(status: StatusCode, text: &str) -> Response {
    let mut response = query_text(status, text);
    response
        .headers_mut()
        .insert(VARY, http::HeaderValue::from_static("Accept-Encoding"));
    response
}

fn json(answer: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(answer) {
        Ok(body) => (
            [
                (CONTENT_TYPE, "application/json"),
                (VARY, "Accept-Encoding"),
            ],
            body,
        )
            .into_response(),
        Err(failure) => {
            error!(err = %failure, "failed to write an answer as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn protobuf(body: Vec<u8>) -> Response {
    (
        [
            (CONTENT_TYPE, "application/protobuf"),
            (VARY, "Accept-Encoding"),
        ],
        body,
    )
        .into_response()
}

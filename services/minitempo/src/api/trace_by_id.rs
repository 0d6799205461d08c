//! `/api/traces/{id}` and `/api/v2/traces/{id}`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::header::ACCEPT;
use http::{HeaderMap, StatusCode};
use prost::Message as _;

use super::answer::{self, json, protobuf};
use super::otlp_json;
use super::state::ApiState;
use crate::ids::TraceId;
use crate::query::{self, Trace};

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
        Ok(found) => found,
        Err(answer) => return answer,
    };
    if trace.resource_spans.is_empty() {
        return answer::varying(StatusCode::NOT_FOUND.into_response());
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
        Ok(found) => found,
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

async fn find(state: &Arc<ApiState>, id: &str, headers: &HeaderMap) -> Result<Trace, Response> {
    let tenant = state.tenant(headers)?;
    let id =
        TraceId::parse(id).map_err(|fault| answer::mistake(state, "traces", &fault.to_string()))?;
    let catalogue = Arc::clone(&state.catalogue);
    answer::asked(state, "traces", move || {
        query::trace_by_id(&catalogue, &tenant, id)
    })
    .await
}

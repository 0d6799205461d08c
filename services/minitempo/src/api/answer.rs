//! The forms that answers to queries have in common.

use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_TYPE, VARY};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use tracing::error;

use super::state::ApiState;
use super::text::query_text;
use crate::query::QueryError;

/// Asks the store on a thread of its own and counts the query; an error is the answer to give.
pub(super) async fn asked<T: Send + 'static>(
    state: &Arc<ApiState>,
    operation: &str,
    question: impl FnOnce() -> Result<T, QueryError> + Send + 'static,
) -> Result<T, Response> {
    let found = tokio::task::spawn_blocking(question)
        .await
        .unwrap_or(Err(QueryError::Interrupted));
    match found {
        Ok(found) => {
            state.metrics.query(operation, "completed");
            Ok(found)
        }
        Err(failure) => {
            state.metrics.query(operation, "failed");
            error!(op = operation, err = %failure, "query failed");
            Err(refused(
                StatusCode::INTERNAL_SERVER_ERROR,
                &failure.to_string(),
            ))
        }
    }
}

/// The answer to a query that is itself wrong; Tempo logs it as an error, and so it is here.
pub(super) fn mistake(state: &ApiState, operation: &str, text: &str) -> Response {
    state.metrics.query(operation, "failed");
    error!(op = operation, err = text, "query refused");
    refused(StatusCode::BAD_REQUEST, text)
}

/// A text with the headers that the query frontend sets.
pub(super) fn refused(status: StatusCode, text: &str) -> Response {
    varying(query_text(status, text))
}

/// An object as JSON.
pub(super) fn json(object: &impl Serialize) -> Response {
    match serde_json::to_vec(object) {
        Ok(body) => varying(([(CONTENT_TYPE, "application/json")], body).into_response()),
        Err(failure) => {
            error!(err = %failure, "failed to write an answer as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A protobuf message.
pub(super) fn protobuf(body: Vec<u8>) -> Response {
    varying(([(CONTENT_TYPE, "application/protobuf")], body).into_response())
}

/// Says that the answer may come compressed.
pub(super) fn varying(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    response
}

//! Axum's extractors with uniform JSON errors: what cannot be read is said with its place.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

use crate::ApiError;

/// A JSON body, in and out.
///
/// Not JSON at all is 400 with line and column; JSON of the wrong shape is 422 with the path to the value; too
/// large is 413; another content type is 415.
#[derive(Debug, Clone, FromRequest)]
#[from_request(via(axum::Json), rejection(ApiError))]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The query string; a value that cannot be read is 400.
#[derive(Debug, Clone, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(ApiError))]
pub struct Query<T>(pub T);

/// The parameters in the path; a value that cannot be read is 400.
#[derive(Debug, Clone, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub struct Path<T>(pub T);

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        let (code, message) = match &rejection {
            JsonRejection::JsonSyntaxError(cause) => ("malformed_json", detail(&cause.body_text())),
            JsonRejection::JsonDataError(cause) => ("invalid_body", detail(&cause.body_text())),
            JsonRejection::MissingJsonContentType(_) => (
                "unsupported_media_type",
                "send JSON with `content-type: application/json`".to_owned(),
            ),
            other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => (
                "body_too_large",
                "the request body is larger than this service accepts".to_owned(),
            ),
            other => ("unreadable_body", detail(&other.body_text())),
        };
        Self::new(rejection.status(), code, message)
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(
            rejection.status(),
            "invalid_query",
            detail(&rejection.body_text()),
        )
    }
}

impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> Self {
        Self::new(
            rejection.status(),
            "invalid_path",
            detail(&rejection.body_text()),
        )
    }
}

/// What is wrong and where, without the framework's preface: the part after the first colon.
fn detail(text: &str) -> String {
    text.split_once(": ")
        .map_or(text, |(_preface, detail)| detail)
        .to_owned()
}

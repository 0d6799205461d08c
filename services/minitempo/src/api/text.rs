//! Plain text answers with the headers that Go's `http.Error` sets.

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};

/// A text of the server itself: type and no-sniff header.
pub(crate) fn server_text(status: StatusCode, body: impl Into<String>) -> Response {
    (
        status,
        [
            (CONTENT_TYPE, "text/plain; charset=utf-8"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ],
        body.into(),
    )
        .into_response()
}

/// A text of the query frontend: the reason a query was refused.
pub(crate) fn query_text(status: StatusCode, body: impl Into<String>) -> Response {
    (
        status,
        [(CONTENT_TYPE, "text/plain; charset=utf-8")],
        body.into(),
    )
        .into_response()
}

/// The answer to a path that is not served.
pub(crate) async fn not_found() -> Response {
    server_text(StatusCode::NOT_FOUND, "404 page not found\n")
}

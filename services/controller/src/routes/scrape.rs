//! `POST /api/scrape`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use service_kit::{ApiError, Json};

use crate::domain::document::{DocumentUrl, InvalidDocumentUrl};
use crate::domain::library::{Freshness, Library, Obtained};

/// The page wanted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScrapeRequest {
    url: String,
    #[serde(default)]
    force: bool,
}

/// 201 with a document made just now, 200 with a stored one.
pub(crate) async fn scrape(
    State(library): State<Library>,
    Json(request): Json<ScrapeRequest>,
) -> Result<Response, ApiError> {
    let url: DocumentUrl = request.url.parse()?;
    let freshness = if request.force {
        Freshness::ScrapeAgain
    } else {
        Freshness::StoredWillDo
    };
    telemetry::add_span_attributes(&[
        ("url", url.to_string().into()),
        ("force", request.force.into()),
    ]);
    let (status, document) = match library.obtain(&url, freshness).await? {
        Obtained::Stored(document) => (StatusCode::OK, document),
        Obtained::Scraped(document) => (StatusCode::CREATED, document),
    };
    telemetry::add_span_attributes(&[
        ("document.id", document.summary.id.to_string().into()),
        ("document.tags", document.summary.tags.clone().into()),
    ]);
    Ok((status, Json(document)).into_response())
}

impl From<InvalidDocumentUrl> for ApiError {
    fn from(error: InvalidDocumentUrl) -> Self {
        Self::unprocessable("invalid_url", error.to_string())
    }
}

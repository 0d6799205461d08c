//! `POST /api/scrape`.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use service_kit::{ApiError, Json};

use crate::app::Scraper;
use crate::domain::document::TooComplex;
use crate::domain::fetch::FetchError;
use crate::domain::hop::HopError;
use crate::domain::page::Page;
use crate::domain::target::{InvalidTarget, Target};

/// The page to scrape.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScrapeRequest {
    url: String,
}

/// The page asked for, and what it says.
#[derive(Debug, Serialize)]
pub(crate) struct ScrapeResponse {
    url: String,
    #[serde(flatten)]
    page: Page,
}

pub(crate) async fn scrape(
    State(scraper): State<Scraper>,
    Json(request): Json<ScrapeRequest>,
) -> Result<Json<ScrapeResponse>, ApiError> {
    let target: Target = request.url.parse()?;
    telemetry::add_span_attributes(&[("url", (&request.url).into())]);
    telemetry::add_span_event("scraping_started", &[("url", (&request.url).into())]);
    let fetched = scraper.fetcher.fetch(target).await?;
    let span = telemetry::start_span("parse page", &[("page.bytes", fetched.body.len().into())]);
    let page = scraper
        .processors
        .run(span, move || Page::read(fetched))
        .await??;
    describe(&page);
    telemetry::add_span_event(
        "scraping_complete",
        &[("url", page.final_url.as_str().into())],
    );
    Ok(Json(ScrapeResponse {
        url: request.url,
        page,
    }))
}

/// Writes what was found on the request's span.
fn describe(page: &Page) {
    telemetry::add_span_attributes(&[
        ("url.final", page.final_url.as_str().into()),
        ("http.response.body.size", page.body_bytes.into()),
        ("redirect.count", page.redirects.into()),
        ("page.status", page.status.into()),
        ("link.count", page.content.link_count.into()),
        ("image.count", page.content.image_count.into()),
        ("text.bytes", page.content.text.len().into()),
    ]);
}

impl From<InvalidTarget> for ApiError {
    fn from(error: InvalidTarget) -> Self {
        Self::unprocessable("invalid_url", telemetry::cause_chain(&error))
    }
}

impl From<TooComplex> for ApiError {
    fn from(error: TooComplex) -> Self {
        Self::unprocessable("page_too_complex", error.to_string())
    }
}

impl From<FetchError> for ApiError {
    /// What the caller can mend is 4xx; a site that does not answer as it should is 502, one that is slow 504.
    fn from(error: FetchError) -> Self {
        let message = error.to_string();
        let (status, code) = match &error {
            FetchError::Hop(HopError::ForbiddenAddress { .. } | HopError::ForbiddenName { .. }) => {
                (StatusCode::FORBIDDEN, "address_forbidden")
            }
            FetchError::Hop(HopError::UnknownHost { .. }) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "unknown_host")
            }
            FetchError::MediaType(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "unsupported_content_type")
            }
            FetchError::TooLarge { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "page_too_large"),
            FetchError::Hop(HopError::TooSlow { .. }) | FetchError::TooSlow { .. } => {
                (StatusCode::GATEWAY_TIMEOUT, "page_too_slow")
            }
            FetchError::Redirect { .. } | FetchError::TooManyRedirects { .. } => {
                (StatusCode::BAD_GATEWAY, "bad_redirect")
            }
            FetchError::Broken(cause) if cause.is_timeout() => {
                (StatusCode::GATEWAY_TIMEOUT, "page_too_slow")
            }
            FetchError::Hop(HopError::Failed { .. })
            | FetchError::Broken(_)
            | FetchError::Encoding(_) => (StatusCode::BAD_GATEWAY, "fetch_failed"),
        };
        Self::new(status, code, message).caused_by(error)
    }
}

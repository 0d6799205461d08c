//! The controller's purpose: from a URL to a stored document.

use axum::http::StatusCode;
use jiff::Timestamp;
use service_kit::database::DatabaseError;
use service_kit::{ApiError, Peer, PeerError};
use thiserror::Error;

use super::document::{Document, DocumentUrl};
use super::peers::{AnalysisQuestion, AnalyzedText, ScrapeQuestion, ScrapedPage};
use super::store::DocumentStore;

/// Makes documents and keeps them.
#[derive(Debug, Clone)]
pub struct Library {
    store: DocumentStore,
    scraper: Peer,
    textanalyzer: Peer,
}

/// Whether a stored document will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// A stored document is as good as a new one.
    StoredWillDo,
    /// The page is scraped whatever is stored.
    ScrapeAgain,
}

/// A document and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Obtained {
    /// It was in the store.
    Stored(Document),
    /// It was scraped, analysed and stored just now.
    Scraped(Document),
}

/// Why there is no document.
#[derive(Debug, Error)]
pub enum ObtainError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] DatabaseError),
    /// A peer gave no answer to work with.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// The page's server said that there is no page.
    #[error("the page answered with status {status}")]
    NotOk {
        /// The page's HTTP status.
        status: u16,
    },
    /// The page has nothing to analyse.
    #[error("the page has no text")]
    NoText,
}

impl Library {
    /// A library that keeps documents in `store`.
    pub fn new(store: DocumentStore, scraper: Peer, textanalyzer: Peer) -> Self {
        Self {
            store,
            scraper,
            textanalyzer,
        }
    }

    /// The store behind.
    pub fn store(&self) -> &DocumentStore {
        &self.store
    }

    /// The document of `url`, from the store where it may be, else from the page.
    pub async fn obtain(
        &self,
        url: &DocumentUrl,
        freshness: Freshness,
    ) -> Result<Obtained, ObtainError> {
        if freshness == Freshness::StoredWillDo {
            let key = url.to_string();
            if let Some(document) = self.store.find_by_url(key.clone()).await? {
                telemetry::add_span_event("cache_hit", &[("key", key.into())]);
                return Ok(Obtained::Stored(document));
            }
            telemetry::add_span_event("cache_miss", &[("key", key.into())]);
        }
        let document = self.make(url).await?;
        Ok(Obtained::Scraped(self.store.save(document).await?))
    }

    async fn make(&self, url: &DocumentUrl) -> Result<Document, ObtainError> {
        let key = url.to_string();
        let page: ScrapedPage = self
            .scraper
            .post("/api/scrape", &ScrapeQuestion { url: &key })
            .await?;
        if !(200..300).contains(&page.status) {
            return Err(ObtainError::NotOk {
                status: page.status,
            });
        }
        if page.text.trim().is_empty() {
            return Err(ObtainError::NoText);
        }
        let question = AnalysisQuestion {
            text: &page.text,
            title: page.title.as_deref(),
        };
        let AnalyzedText { analysis, tags } =
            self.textanalyzer.post("/api/analyze", &question).await?;
        Ok(Document::new(url, page, analysis, tags, Timestamp::now()))
    }
}

impl From<ObtainError> for ApiError {
    fn from(error: ObtainError) -> Self {
        match error {
            ObtainError::Store(cause) => cause.into(),
            ObtainError::Peer(cause) => cause.into(),
            ObtainError::NotOk { .. } => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "page_not_ok",
                error.to_string(),
            ),
            ObtainError::NoText => Self::unprocessable("page_without_text", error.to_string()),
        }
    }
}

//! The controller put together: settings, storage, peers, routes and limits.

use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use service_kit::{Limits, Peer, Service, Settings, StartError};

use crate::config::Config;
use crate::domain::library::Library;
use crate::domain::peers;
use crate::domain::store::DocumentStore;
use crate::{NAME, routes};

/// How long a page may take to be scraped: just longer than the scraper gives itself.
const SCRAPER_PATIENCE: Duration = Duration::from_secs(26);

/// How long a text may take to be analysed: just longer than the analyser gives itself.
const TEXTANALYZER_PATIENCE: Duration = Duration::from_secs(11);

/// The limits of one request: both peers, one after the other, and the store.
const LIMITS: Limits = Limits {
    body_bytes: 16 * 1024,
    request_time: Duration::from_secs(40),
};

/// The controller, by its environment.
pub async fn build(settings: Settings) -> Result<Service, StartError> {
    let config = Config::read(&settings)?;
    let store = DocumentStore::open(&config.data).await?;
    let scraper =
        Peer::new("scraper", config.scraper, SCRAPER_PATIENCE)?.judging_by(peers::SCRAPER_VERDICTS);
    let textanalyzer = Peer::new("textanalyzer", config.textanalyzer, TEXTANALYZER_PATIENCE)?;
    let dependencies = [
        store.dependency(),
        scraper.dependency(),
        textanalyzer.dependency(),
    ];
    let library = Library::new(store, scraper, textanalyzer);
    let routes = Router::new()
        .route("/api/scrape", post(routes::scrape::scrape))
        .route("/api/documents", get(routes::documents::list))
        .route(
            "/api/documents/{id}",
            get(routes::documents::find).delete(routes::documents::delete),
        )
        .with_state(library);
    let service = Service::new(NAME, routes).limits(LIMITS);
    Ok(dependencies.into_iter().fold(service, Service::needs))
}

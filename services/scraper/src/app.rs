//! The scraper put together: settings, routes and limits. It has no dependencies that it could be asked for.

use std::time::Duration;

use axum::Router;
use axum::routing::post;
use service_kit::{Limits, Processors, Service, Settings, StartError};

use crate::config::Config;
use crate::domain::fetch::Fetcher;
use crate::domain::hop::HopClient;
use crate::{NAME, routes};

/// The limits of one request: fetching and parsing have their own, which end earlier.
const LIMITS: Limits = Limits {
    body_bytes: 16 * 1024,
    request_time: Duration::from_secs(25),
};

/// What the routes work with.
#[derive(Debug, Clone)]
pub(crate) struct Scraper {
    pub(crate) fetcher: Fetcher,
    pub(crate) processors: Processors,
}

/// The scraper, by its environment.
#[expect(clippy::unused_async, reason = "every service is built the same way")]
pub async fn build(settings: Settings) -> Result<Service, StartError> {
    service(Config::read(&settings)?)
}

/// The scraper, by its settings.
pub fn service(config: Config) -> Result<Service, StartError> {
    let fetcher = Fetcher::new(HopClient::new(config.allow)?, config.limits);
    let routes = Router::new()
        .route("/api/scrape", post(routes::scrape::scrape))
        .with_state(Scraper {
            fetcher,
            processors: Processors::available(),
        });
    Ok(Service::new(NAME, routes).limits(LIMITS))
}

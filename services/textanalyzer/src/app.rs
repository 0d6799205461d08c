//! The text analyser put together: routes and limits. It has no settings and no dependencies of its own.

use std::time::Duration;

use axum::Router;
use axum::routing::post;
use service_kit::{Limits, Processors, Service, Settings, StartError};

use crate::{NAME, routes};

/// The limits of one request: a text of 2 MiB takes well under a second.
const LIMITS: Limits = Limits {
    body_bytes: 2 * 1024 * 1024,
    request_time: Duration::from_secs(10),
};

/// The text analyser.
#[expect(clippy::unused_async, reason = "every service is built the same way")]
pub async fn build(_settings: Settings) -> Result<Service, StartError> {
    let routes = Router::new()
        .route("/api/analyze", post(routes::analyze::analyze))
        .with_state(Processors::available());
    Ok(Service::new(NAME, routes).limits(LIMITS))
}

//! What the handlers share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::text::server_text;
use crate::config::Config;
use crate::ids::TenantId;
use crate::ingest::Pipeline;
use crate::metrics::Metrics;
use crate::store::{Catalogue, WriterHandle};
use crate::tenancy::ORG_ID_HEADER;

/// Where in its life the server is.
#[derive(Debug, Default)]
pub(crate) struct Lifecycle(AtomicU8);

const RUNNING: u8 = 0;
const STOPPING: u8 = 1;

impl Lifecycle {
    pub(crate) fn stop(&self) {
        self.0.store(STOPPING, Ordering::Relaxed);
    }

    pub(crate) fn is_running(&self) -> bool {
        self.0.load(Ordering::Relaxed) == RUNNING
    }
}

/// Everything that a handler can ask.
pub(crate) struct ApiState {
    pub(crate) config: Config,
    pub(crate) lifecycle: Arc<Lifecycle>,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) writer: WriterHandle,
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) metrics: Arc<Metrics>,
}

impl ApiState {
    /// The tenant of a query, or the answer that Tempo gives without one.
    #[expect(
        clippy::result_large_err,
        reason = "the error is the answer itself and is made once a request at most"
    )]
    pub(crate) fn tenant(&self, headers: &HeaderMap) -> Result<TenantId, Response> {
        let org_id = headers
            .get(ORG_ID_HEADER)
            .and_then(|value| value.to_str().ok());
        self.config
            .tenancy
            .tenant(org_id)
            .map_err(|fault| server_text(StatusCode::UNAUTHORIZED, format!("{fault}\n")))
    }
}

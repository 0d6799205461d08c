//! The guard that keeps tracing alive, and ends it in good order.

use std::sync::Arc;

use crate::tracer::{self, ActiveTracer};

/// Keeps tracing alive; ending it sends what is still waiting.
#[derive(Debug)]
#[must_use = "tracing ends when this guard is dropped"]
pub struct TracerGuard {
    tracer: Option<Arc<ActiveTracer>>,
}

impl TracerGuard {
    /// Guards `tracer`, which is active.
    pub(crate) fn new(tracer: Option<Arc<ActiveTracer>>) -> Self {
        Self { tracer }
    }

    /// Ends tracing: sends the spans that wait, within 5 s.
    pub async fn shutdown(mut self) {
        self.end();
        std::future::ready(()).await;
    }

    fn end(&mut self) {
        if let Some(tracer) = self.tracer.take() {
            tracer::deactivate(&tracer);
        }
    }
}

impl Drop for TracerGuard {
    fn drop(&mut self) {
        self.end();
    }
}

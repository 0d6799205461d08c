//! The guard that keeps tracing alive, and ends it in good order.

use std::sync::Arc;
use std::time::Duration;

use crate::counters::export_counters;
use crate::export::{ExportControl, NotInTime};
use crate::tracer::{self, ActiveTracer};

/// How long the end may take, unless told otherwise.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// Keeps tracing alive; ending it sends what is still waiting.
///
/// Spans are sent by a thread of their own, so that both [`shutdown`](Self::shutdown) and dropping
/// the guard work under any runtime, one with a single worker or a single thread included. Prefer
/// `shutdown`: dropping blocks the thread for as long.
#[derive(Debug)]
#[must_use = "tracing ends when this guard is dropped"]
pub struct TracerGuard {
    active: Option<Active>,
}

#[derive(Debug)]
struct Active {
    tracer: Arc<ActiveTracer>,
    export: Option<ExportControl>,
}

impl TracerGuard {
    /// Guards nothing: there is no tracer.
    pub(crate) fn inert() -> Self {
        Self { active: None }
    }

    /// Guards `tracer`, which is active, and the export of its spans, if they are exported.
    pub(crate) fn new(tracer: Arc<ActiveTracer>, export: Option<ExportControl>) -> Self {
        Self {
            active: Some(Active { tracer, export }),
        }
    }

    /// Sends the spans that wait now. There is no need for it in a service: they are sent by
    /// themselves. If the backend is away they wait on after one attempt.
    pub async fn flush(&self) {
        if let Some(Active {
            export: Some(export),
            ..
        }) = &self.active
            && export.flush().await.is_err()
        {
            tracing::warn!("the span export has ended, nothing can be flushed");
        }
    }

    /// Ends tracing: sends the spans that wait, within 5 s, and logs what became of all of them.
    pub async fn shutdown(self) {
        self.shutdown_within(SHUTDOWN_TIMEOUT).await;
    }

    /// As [`shutdown`](Self::shutdown), within the time given. What is not sent by then is
    /// counted as dropped.
    pub async fn shutdown_within(mut self, within: Duration) {
        if let Some(active) = self.active.take() {
            tracer::deactivate(&active.tracer);
            let stopped = match &active.export {
                Some(export) => export.stop(within).await,
                None => Ok(()),
            };
            active.finish(stopped.err());
        }
    }
}

impl Drop for TracerGuard {
    fn drop(&mut self) {
        if let Some(active) = self.active.take() {
            tracer::deactivate(&active.tracer);
            let stopped = match &active.export {
                Some(export) => export.stop_blocking(SHUTDOWN_TIMEOUT),
                None => Ok(()),
            };
            active.finish(stopped.err());
        }
    }
}

impl Active {
    /// Ends the provider, and tells what became of the spans.
    fn finish(self, late: Option<NotInTime>) {
        let counters = export_counters();
        if late.is_some() {
            tracing::warn!(
                spans_waiting = counters.waiting,
                "the span export did not end in time"
            );
        }
        self.tracer.end();
        if self.export.is_some() {
            tracing::info!(
                spans_made = counters.made,
                spans_sent = counters.sent,
                spans_failed = counters.failed,
                spans_dropped = counters.dropped,
                "tracer shut down"
            );
        }
    }
}

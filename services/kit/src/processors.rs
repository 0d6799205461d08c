//! Work that keeps a processor busy, kept off the runtime's workers and within bounds.

use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;

use telemetry::Span;
use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, spawn_blocking};

use crate::ApiError;

/// Runs busy work on blocking threads, no more at once than there are processors; the rest waits its turn.
///
/// So the memory that such work takes is bounded too, however many requests come in.
#[derive(Debug, Clone)]
pub struct Processors {
    turns: Arc<Semaphore>,
}

/// The work panicked.
#[derive(Debug, Error)]
#[error("the work panicked")]
pub struct WorkPanicked(#[source] JoinError);

impl Processors {
    /// As many as this process may use.
    pub fn available() -> Self {
        let processors = available_parallelism().map_or(1, NonZero::get);
        Self {
            turns: Arc::new(Semaphore::new(processors)),
        }
    }

    /// Runs `work` inside `span`. Its turn lasts until it is done, even where nobody waits for it any more.
    pub async fn run<T, Work>(&self, span: Span, work: Work) -> Result<T, WorkPanicked>
    where
        T: Send + 'static,
        Work: FnOnce() -> T + Send + 'static,
    {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let work = move || {
            let outcome = span.in_scope(work);
            drop(turn);
            outcome
        };
        spawn_blocking(work).await.map_err(WorkPanicked)
    }
}

impl From<WorkPanicked> for ApiError {
    fn from(error: WorkPanicked) -> Self {
        Self::internal(error)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn work_waits_until_a_processor_is_free() {
        let processors = Processors {
            turns: Arc::new(Semaphore::new(1)),
        };
        let (release, released) = mpsc::channel::<()>();
        let busy = processors.clone();
        let first = tokio::spawn(async move {
            let work = move || released.recv().expect("the test releases");
            busy.run(telemetry::start_span("first", &[]), work).await
        });
        while processors.turns.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let second = processors.run(telemetry::start_span("second", &[]), || "done");
        tokio::pin!(second);
        assert!(futures_util::poll!(&mut second).is_pending());
        release.send(()).expect("the work waits");
        assert_eq!(second.await.expect("no panic"), "done");
        first.await.expect("no panic").expect("no panic");
    }

    #[tokio::test]
    async fn a_panic_frees_the_processor() {
        let processors = Processors {
            turns: Arc::new(Semaphore::new(1)),
        };
        let crash = processors.run(telemetry::start_span("crash", &[]), || panic!("a bug"));
        assert!(crash.await.is_err());
        assert_eq!(
            processors
                .run(telemetry::start_span("next", &[]), || 1)
                .await
                .expect("no panic"),
            1
        );
    }
}

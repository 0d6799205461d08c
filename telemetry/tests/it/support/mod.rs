//! What the tests of this package share: an OTLP receiver and a traced service in a process.

pub(crate) mod collector;
pub(crate) mod http_collector;
pub(crate) mod service;

use std::time::{Duration, Instant};

/// How long anything awaited may take before a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// Looks at `attempt` until it gives something; fails with `what` when patience ends.
pub(crate) async fn eventually<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = attempt() {
            return value;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

//! Waiting until a stack is ready, with the last reason why it is not.

use std::time::Duration;

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::Snapshot;
use tokio::time::Instant;

use super::look::look;
use crate::{
    error::CommandError,
    gather::GatherRequest,
    output::Output,
    restart::{POLL, unready},
};

/// The last look, and who was not ready in it, each with the reason.
pub(super) struct Waited {
    /// What was seen.
    pub(super) snapshot: Snapshot,
    /// Nobody, where all that was waited for came.
    pub(super) unready: Vec<(String, String)>,
}

/// Looks until every Tempo is ready and every service with a health check is healthy, for so long at most; or until
/// `is_hopeless` sees that it will never be.
pub(super) async fn until_ready(
    request: &GatherRequest,
    wait: Duration,
    is_hopeless: fn(&Snapshot) -> bool,
    output: &mut Output,
) -> Result<Waited, CommandError> {
    let deadline = Instant::now() + wait;
    let mut last = Vec::new();
    loop {
        let snapshot = look(request).await?;
        let unready = unready(&snapshot);
        if unready.is_empty() || is_hopeless(&snapshot) {
            return Ok(Waited { snapshot, unready });
        }
        if unready != last {
            for (who, why) in &unready {
                output.note(&format!(
                    "{} waiting for {who}: {why}",
                    Timestamp::now().strftime("%H:%M:%S")
                ));
            }
            last.clone_from(&unready);
        }
        if Instant::now() >= deadline {
            let wait = humantime::format_duration(wait);
            output.note(&format!("gave up waiting after {wait}"));
            return Ok(Waited { snapshot, unready });
        }
        tokio::time::sleep(POLL).await;
    }
}

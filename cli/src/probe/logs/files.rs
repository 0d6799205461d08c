//! The log's own files, where they can be read from here.

use std::time::Duration;

use ptctl_diagnosis::snapshot::{Container, LogFacts};

use super::LogSources;
use crate::{
    logs::{LogFolder, LogReader, Run, TimeRange, scan},
    probe::Look,
};

/// The files of one log are not read for longer.
const TIME_LIMIT: Duration = Duration::from_secs(8);

/// Reads these ranges; `None` where the files are not here, may not be read, or are not understood: the engine may read
/// them, and says so itself if it does not.
pub(super) async fn read(
    look: &Look<'_>,
    container: &Container,
    ranges: &[TimeRange],
    run: Run,
    sources: &LogSources,
) -> Option<LogFacts> {
    let folder = LogFolder::of(look.data_root?, &container.id, &container.log_driver)?;
    let _permit = sources.readers.acquire().await.ok()?;
    let deadline = look.deadline.capped(TIME_LIMIT);
    let ranges = ranges.to_vec();
    let endpoints = sources.endpoints.clone();
    let read = tokio::task::spawn_blocking(move || {
        let mut reader = LogReader::new(run, endpoints);
        scan(&folder, &ranges, deadline, &mut reader).map(|()| reader.finish())
    });
    read.await.ok()?.ok()
}

//! The log's own files, read from here, or where they lie by the helper.

use std::{path::Path, time::Duration};

use ptctl_diagnosis::snapshot::{Container, LogFacts};

use super::LogSources;
use crate::{
    gather::hands::Files,
    helper::Reader,
    inside::{LogScanTask, Work},
    logs::{LogFolder, LogReader, Run, TimeRange, scan},
    probe::{DiskReach, Look},
    thread,
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
    if look.disks == DiskReach::Away {
        return None;
    }
    let folder = LogFolder::of(look.data_root?, &container.id, &container.log_driver)?;
    let _permit = sources.readers.acquire().await.ok()?;
    let deadline = look.deadline.capped(TIME_LIMIT);
    let ranges = ranges.to_vec();
    let endpoints = sources.endpoints.clone();
    let read = thread::apart("log", move || {
        let mut reader = LogReader::new(run, endpoints);
        scan(&folder, &ranges, deadline, &mut reader).map(|()| reader.finish())
    });
    read.await.ok()?.ok()
}

/// Reads these ranges by the helper, where that was asked for; `None` where it cannot.
pub(super) async fn read_inside(
    look: &Look<'_>,
    container: &Container,
    ranges: &[TimeRange],
    run: Run,
    sources: &LogSources,
) -> Option<LogFacts> {
    if !look.hands.may_probe() {
        return None;
    }
    let folder = LogFolder::of(look.data_root?, &container.id, &container.log_driver)?;
    let files = Files {
        source: folder.folder.to_string_lossy().into_owned(),
        folder: folder.folder.clone(),
        reader: Reader::Anyones,
    };
    let task = |seen: &Path| {
        let task = LogScanTask {
            folder: LogFolder {
                folder: seen.to_owned(),
                ..folder.clone()
            },
            ranges: ranges.to_vec(),
            run,
            endpoints: sources.endpoints.names().to_vec(),
        };
        task.into()
    };
    let deadline = look.deadline.capped(TIME_LIMIT);
    let answer = look.hands.beside(&files, task, deadline).await.ok()?;
    let facts = LogScanTask::found(answer)?.ok()?;
    Some(*facts)
}

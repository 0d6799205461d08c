//! The log's own files, read from here, or where they lie by the helper.

use std::{io, path::Path};

use ptctl_diagnosis::snapshot::{Container, LogFacts};

use super::{LogSources, TIME_LIMIT};
use crate::{
    clients::{cause::on_one_line, deadline::Deadline},
    gather::hands::Files,
    helper::Reader,
    inside::{LogScanTask, Work},
    logs::{LogFilesError, LogFolder, LogReader, Run, TimeRange, scan},
    probe::{DiskReach, Look},
    thread,
};

/// What became of reading beside the files.
#[derive(Debug)]
pub(super) enum Beside {
    /// They were read; of a window without a line nothing is told.
    Read(Box<LogFacts>),
    /// They are not here, may not be read, or are of a form that is not understood: the engine may read them.
    Away,
    /// There was no time for them, for this reason, and so there is none for another way.
    Late(String),
    /// They are here and could not be read, for this reason.
    Failed(String),
}

/// Reads these ranges.
pub(super) async fn read(
    look: &Look<'_>,
    container: &Container,
    ranges: &[TimeRange],
    run: Run,
    sources: &LogSources,
) -> Beside {
    if look.disks == DiskReach::Away || look.hands.keeps_off_disks() {
        return Beside::Away;
    }
    let folder = look
        .data_root
        .and_then(|root| LogFolder::of(root, &container.id, &container.log_driver));
    let Some(folder) = folder else {
        return Beside::Away;
    };
    let Some(_permit) = sources.turn(look.deadline).await else {
        return Beside::Late("the other logs left no time to read it".to_owned());
    };
    let deadline = look.deadline.capped(TIME_LIMIT);
    let ranges = ranges.to_vec();
    let endpoints = sources.endpoints.clone();
    let read = thread::apart("log", move || {
        let mut reader = LogReader::new(run, endpoints);
        scan(&folder, &ranges, deadline, &mut reader).map(|()| reader.finish())
    });
    outcome(read.await, deadline)
}

fn outcome(read: io::Result<Result<LogFacts, LogFilesError>>, deadline: Deadline) -> Beside {
    let facts = match read {
        Ok(Ok(facts)) => facts,
        Ok(Err(error)) if error.is_elsewhere() => return Beside::Away,
        Ok(Err(error)) => return Beside::Failed(on_one_line(&error)),
        // Its thread panicked, or none could be had.
        Err(error) => {
            let reason = on_one_line(&error);
            return Beside::Failed(format!("the reader of its files ended early: {reason}"));
        }
    };
    match &facts.window.cut {
        Some(cut) if facts.window.lines == 0 && deadline.has_passed() => Beside::Late(cut.clone()),
        Some(cut) if facts.window.lines == 0 => Beside::Failed(cut.clone()),
        Some(_) | None => Beside::Read(Box::new(facts)),
    }
}

/// Reads these ranges by the helper; `None` where it was not asked for, or there are no files to read.
pub(super) async fn read_inside(
    look: &Look<'_>,
    container: &Container,
    ranges: &[TimeRange],
    run: Run,
    sources: &LogSources,
) -> Option<Result<Box<LogFacts>, String>> {
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
    let read = match look.hands.beside(&files, task, deadline).await {
        Ok(answer) => LogScanTask::found(answer)
            .unwrap_or_else(|| Err("it answered something else".to_owned())),
        Err(error) => Err(error.reason()),
    };
    Some(read.map_err(|reason| format!("by the helper: {reason}")))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use ptctl_diagnosis::snapshot::Role;

    use super::*;
    use crate::logs::Endpoints;

    fn reader() -> LogReader {
        let run = Run {
            role: Role::Service,
            started_at: None,
            ended_at: None,
            has_failed: false,
            read_at: Timestamp::UNIX_EPOCH,
        };
        LogReader::new(run, Endpoints::default())
    }

    fn in_time() -> Deadline {
        Deadline::after(Duration::from_mins(5))
    }

    #[tokio::test]
    async fn a_reader_that_panics_is_told_and_not_taken_for_files_that_are_elsewhere() {
        let read = thread::apart("log", || panic!("a reader that is wrong")).await;
        let Beside::Failed(reason) = outcome(read, in_time()) else {
            panic!("it is told");
        };
        assert!(reason.contains("ended early"), "{reason}");
    }

    #[test]
    fn files_that_may_not_be_read_are_left_to_the_engine_and_any_other_failure_is_told() {
        let failed = |kind: io::ErrorKind| {
            let error = LogFilesError::Read {
                path: "/log".into(),
                source: kind.into(),
            };
            outcome(Ok(Err(error)), in_time())
        };
        assert!(matches!(
            failed(io::ErrorKind::PermissionDenied),
            Beside::Away
        ));
        let none = LogFilesError::NoFiles("/log".into());
        assert!(matches!(outcome(Ok(Err(none)), in_time()), Beside::Away));
        assert!(matches!(
            failed(io::ErrorKind::InvalidInput),
            Beside::Failed(_)
        ));
    }

    #[tokio::test]
    async fn what_was_not_read_in_time_is_no_log_without_errors() {
        let mut cut = reader();
        cut.cut("there was no time to read it to its end".to_owned());
        let passed = Deadline::after(Duration::ZERO);
        assert!(matches!(
            outcome(Ok(Ok(cut.finish())), passed),
            Beside::Late(_)
        ));
        assert!(matches!(
            outcome(Ok(Ok(reader().finish())), passed),
            Beside::Read(_)
        ));
    }
}

//! Reading the files of a container's log where they lie.

use ptctl_diagnosis::snapshot::LogFacts;
use serde::{Deserialize, Serialize};

use super::{Answer, Task, Work};
use crate::{
    clients::{cause::on_one_line, deadline::Deadline},
    logs::{Endpoints, LogFolder, LogReader, Run, TimeRange, scan},
    thread,
};

/// Which log, and what is to be told of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LogScanTask {
    /// The folder of its files, as it is seen where the task is performed.
    pub(crate) folder: LogFolder,
    /// The parts that are read, oldest first.
    pub(crate) ranges: Vec<TimeRange>,
    /// The process whose log it is.
    pub(crate) run: Run,
    /// The names of the stack's endpoints.
    pub(crate) endpoints: Vec<String>,
}

impl LogScanTask {
    pub(super) async fn perform(&self, deadline: Deadline) -> Result<Box<LogFacts>, String> {
        let task = self.clone();
        let read = thread::apart("log", move || task.read(deadline)).await;
        read.map_err(|error| on_one_line(&error))?
    }

    fn read(self, deadline: Deadline) -> Result<Box<LogFacts>, String> {
        let mut reader = LogReader::new(self.run, Endpoints::named(self.endpoints));
        scan(&self.folder, &self.ranges, deadline, &mut reader)
            .map(|()| Box::new(reader.finish()))
            .map_err(|error| on_one_line(&error))
    }
}

impl From<LogScanTask> for Task {
    fn from(task: LogScanTask) -> Self {
        Self::LogScan(Box::new(task))
    }
}

impl Work for LogScanTask {
    type Found = Result<Box<LogFacts>, String>;

    fn found(answer: Answer) -> Option<Self::Found> {
        match answer {
            Answer::Log(found) => Some(found),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::{SignedDuration, Timestamp};
    use ptctl_diagnosis::snapshot::{ContainerId, Role};

    use super::*;
    use crate::inside::Place;

    #[tokio::test]
    async fn a_log_is_read_beside_its_files_and_the_task_travels_as_json() {
        let root = tempfile::tempdir().unwrap();
        let id = ContainerId("c0ffee".to_owned());
        let folder = LogFolder::of(root.path(), &id, "json-file").unwrap();
        std::fs::create_dir_all(&folder.folder).unwrap();
        let record = r#"{"log":"Failed to export traces to tempo:4317, error code: StatusCode.UNAVAILABLE\n","stream":"stderr","time":"2026-11-22T09:00:00.5Z"}"#;
        std::fs::write(folder.folder.join("c0ffee-json.log"), format!("{record}\n")).unwrap();
        let at: Timestamp = "2026-11-22T09:00:00Z".parse().unwrap();
        let task = LogScanTask {
            folder,
            ranges: vec![TimeRange {
                since: at,
                until: at + SignedDuration::from_secs(60),
            }],
            run: Run {
                role: Role::Service,
                started_at: Some(at),
                ended_at: None,
                has_failed: false,
                read_at: at,
            },
            endpoints: vec!["tempo:4317".to_owned()],
        };
        let sent = serde_json::to_string(&Task::from(task)).unwrap();
        let task: Task = serde_json::from_str(&sent).unwrap();
        let deadline = Deadline::after(Duration::from_secs(30));
        let answer = task.perform(&Place::own(), deadline).await;
        let facts = LogScanTask::found(answer).unwrap().unwrap();
        assert_eq!((facts.window.lines, facts.errors.len()), (1, 1));
    }
}

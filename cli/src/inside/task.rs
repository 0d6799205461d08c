//! The tasks, their answers, and how both travel.

use std::time::Duration;

use ptctl_diagnosis::snapshot::{Ladder, LogFacts, Sockets};
use serde::{Deserialize, Serialize};

use super::{
    CanaryTask, NetworkTask, Place, SeekTask, Seen, Sent,
    fetch::{FetchTask, Fetched},
    log_scan::LogScanTask,
    sockets::SocketsTask,
    volume::{VolumeFound, VolumeTask},
};
use crate::clients::deadline::Deadline;

/// One piece of work.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// Read the table of TCP sockets.
    Sockets(SocketsTask),
    /// Write a canary.
    Canary(Box<CanaryTask>),
    /// Look for a canary.
    Seek(Box<SeekTask>),
    /// Ask for a page over HTTP.
    Fetch(FetchTask),
    /// Walk through a folder of data.
    Volume(VolumeTask),
    /// Climb the ladder to an endpoint.
    Network(Box<NetworkTask>),
    /// Read a container's log.
    LogScan(Box<LogScanTask>),
}

/// What a task found; its own failures are part of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// The table of TCP sockets.
    Sockets(Result<Sockets, String>),
    /// What became of a canary when it was sent.
    Canary(Sent),
    /// What was found of a canary.
    Seen(Result<Seen, String>),
    /// The page.
    Fetch(Fetched),
    /// What lies in the folder, or why it cannot be read.
    Volume(Result<Box<VolumeFound>, String>),
    /// What each rung came to.
    Network(Box<Ladder>),
    /// What the log told.
    Log(Result<Box<LogFacts>, String>),
}

/// A task that knows the type of its answer.
pub(crate) trait Work: Into<Task> {
    /// What it finds.
    type Found;

    /// Its own answer among all; `None` for another task's.
    fn found(answer: Answer) -> Option<Self::Found>;
}

impl Task {
    /// Does the work.
    pub(crate) async fn perform(&self, place: &Place, deadline: Deadline) -> Answer {
        match self {
            Self::Sockets(task) => Answer::Sockets(task.perform(place)),
            Self::Canary(task) => Answer::Canary(task.perform(place, deadline).await),
            Self::Seek(task) => Answer::Seen(task.perform(deadline).await),
            Self::Fetch(task) => Answer::Fetch(task.perform(deadline).await),
            Self::Volume(task) => Answer::Volume(task.perform(deadline).await),
            Self::Network(task) => Answer::Network(Box::new(task.perform(place, deadline).await)),
            Self::LogScan(task) => Answer::Log(task.perform(deadline).await),
        }
    }
}

/// Tasks that are performed side by side.
#[derive(Debug)]
pub(crate) struct Order {
    /// When they have to be done.
    pub(crate) deadline: Deadline,
    /// The tasks.
    pub(crate) tasks: Vec<Task>,
}

impl Order {
    /// Does all of it; one answer for each task, in their order.
    pub(crate) async fn perform(&self, place: &Place) -> Vec<Answer> {
        let work = self
            .tasks
            .iter()
            .map(|task| task.perform(place, self.deadline));
        futures_util::future::join_all(work).await
    }
}

/// The first line that a helper gets.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Opening {
    /// It ends after this time, whatever happens.
    pub(crate) within: Duration,
}

/// Each further line that a helper gets.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// Told again in the answer.
    pub(crate) id: u32,
    /// What is to be done.
    pub(crate) task: Task,
}

/// Each line that a helper prints.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answered {
    /// Whose answer it is.
    pub(crate) id: u32,
    /// The answer.
    pub(crate) answer: Answer,
}

//! The tasks, their answers, and how both travel.

use std::time::Duration;

use ptctl_diagnosis::snapshot::Sockets;
use serde::{Deserialize, Serialize};

use super::{Place, sockets::SocketsTask};
use crate::clients::deadline::Deadline;

/// One piece of work.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// Read the table of TCP sockets.
    Sockets(SocketsTask),
}

/// What a task found; its own failures are part of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// The table of TCP sockets.
    Sockets(Result<Sockets, String>),
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
        let _ = deadline;
        match self {
            Self::Sockets(task) => Answer::Sockets(task.perform(place)),
        }
    }
}

/// What a helper is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    /// The helper ends after this time, done or not.
    pub(crate) within: Duration,
    /// Performed side by side.
    pub(crate) tasks: Vec<Task>,
}

/// What a helper found, in the order of its tasks.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// One for each task.
    pub(crate) answers: Vec<Answer>,
}

impl Order {
    /// Does all of it.
    pub(crate) async fn perform(&self, place: &Place) -> Report {
        let deadline = Deadline::after(self.within);
        let work = self.tasks.iter().map(|task| task.perform(place, deadline));
        Report {
            answers: futures_util::future::join_all(work).await,
        }
    }
}

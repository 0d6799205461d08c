//! One run of a task, and what became of it.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// Why a task runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "trigger", rename_all = "snake_case")]
pub enum Trigger {
    /// Its schedule says so.
    Schedule {
        /// The occurrence.
        scheduled_for: Timestamp,
    },
    /// Somebody asked for it.
    Manual,
}

/// How far a run has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It is under way.
    Running,
    /// The page was scraped and stored.
    Succeeded,
    /// The controller refused or gave no answer.
    Failed,
    /// The process ended before the run did.
    Interrupted,
}

/// A run as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// The run's id.
    pub id: Uuid,
    /// The task that runs.
    pub task_id: Uuid,
    /// Why it runs.
    #[serde(flatten)]
    pub trigger: Trigger,
    /// How far it has got.
    pub status: RunStatus,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// The document that it made.
    pub document_id: Option<Uuid>,
    /// Why it failed.
    pub error: Option<String>,
    /// Its trace, once it has ended.
    pub trace_id: Option<String>,
    /// Occurrences that fell into it and were skipped.
    pub skipped_occurrences: u32,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The page was scraped and stored as this document.
    Succeeded(Uuid),
    /// The reason why not.
    Failed(String),
}

impl RunStatus {
    /// The word for this status in the database and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    /// The status that `word` means.
    pub fn of_word(word: &str) -> Option<Self> {
        [
            Self::Running,
            Self::Succeeded,
            Self::Failed,
            Self::Interrupted,
        ]
        .into_iter()
        .find(|status| status.word() == word)
    }
}

impl Run {
    /// A run of the task that begins now.
    pub fn begin(task_id: Uuid, trigger: Trigger, now: Timestamp) -> Self {
        Self {
            id: Uuid::now_v7(),
            task_id,
            trigger,
            status: RunStatus::Running,
            started_at: now,
            finished_at: None,
            document_id: None,
            error: None,
            trace_id: None,
            skipped_occurrences: 0,
        }
    }
}

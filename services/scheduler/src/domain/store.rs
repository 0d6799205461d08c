//! The tasks and their runs in SQLite.

mod runs;
mod tasks;

use std::path::Path;
use std::str::FromStr;

use rusqlite::Row;
use rusqlite::types::Type;
use service_kit::Dependency;
use service_kit::database::{Database, DatabaseError};

pub use runs::Claim;
pub use tasks::{Deletion, Saved};

/// How many runs of each task are kept.
pub const KEPT_RUNS: u32 = 100;

/// The most tasks.
pub const MOST_TASKS: u32 = 1000;

const MIGRATIONS: &[&str] = &["
    CREATE TABLE task (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        cron TEXT NOT NULL,
        url TEXT NOT NULL,
        enabled INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    );
    CREATE TABLE run (
        id TEXT PRIMARY KEY,
        task_id TEXT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
        scheduled_for TEXT,
        status TEXT NOT NULL,
        started_at TEXT NOT NULL,
        finished_at TEXT,
        document_id TEXT,
        error TEXT,
        trace_id TEXT,
        skipped_occurrences INTEGER NOT NULL DEFAULT 0,
        UNIQUE (task_id, scheduled_for)
    );
    CREATE INDEX run_by_task ON run (task_id, id);
    CREATE UNIQUE INDEX one_run_at_a_time ON run (task_id) WHERE status = 'running';
"];

/// Keeps tasks and runs. No two runs of a task are under way at once: the database itself sees to that.
#[derive(Debug, Clone)]
pub struct TaskStore {
    database: Database,
}

impl TaskStore {
    /// Opens the store in the data folder, and marks the runs that the end of the last process cut off.
    pub async fn open(folder: &Path) -> Result<Self, DatabaseError> {
        let store = Self {
            database: Database::open(folder, "scheduler.db", MIGRATIONS).await?,
        };
        store.interrupt_runs().await?;
        Ok(store)
    }

    /// The store as a dependency of the service.
    pub fn dependency(&self) -> Dependency {
        self.database.dependency()
    }
}

/// The value that the text in a column stands for.
fn parsed<T>(row: &Row<'_>, column: usize) -> Result<T, rusqlite::Error>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.get(column)?;
    text.parse().map_err(|cause| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(cause))
    })
}

/// The value that the text in a column stands for, where there is one.
fn optional<T>(row: &Row<'_>, column: usize) -> Result<Option<T>, rusqlite::Error>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    match row.get::<_, Option<String>>(column)? {
        Some(_) => parsed(row, column).map(Some),
        None => Ok(None),
    }
}

//! The tasks.

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};
use service_kit::database::DatabaseError;
use service_kit::pagination::{Page, PageRequest};
use uuid::Uuid;

use super::{MOST_TASKS, TaskStore, parsed};
use crate::domain::task::{Activation, Task, TaskDefinition};

const COLUMNS: &str = "id, name, cron, url, enabled, created_at, updated_at";

/// What became of a task to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// It is stored.
    Task(Box<Task>),
    /// Another task has its name.
    NameTaken,
    /// There are as many tasks as there may be.
    Full,
    /// There is no such task to change.
    NothingThere,
}

/// What became of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// The task and its runs are gone.
    Done,
    /// There was no such task.
    NothingThere,
}

impl TaskStore {
    /// Stores a new task.
    pub async fn create(
        &self,
        definition: TaskDefinition,
        now: Timestamp,
    ) -> Result<Saved, DatabaseError> {
        let task = Task {
            id: Uuid::now_v7(),
            definition,
            created_at: now,
            updated_at: now,
        };
        self.database
            .run("insert task", move |db| insert(db, task))
            .await
    }

    /// Changes a task's definition.
    pub async fn replace(
        &self,
        id: Uuid,
        definition: TaskDefinition,
        now: Timestamp,
    ) -> Result<Saved, DatabaseError> {
        self.database
            .run("update task", move |db| update(db, id, &definition, now))
            .await
    }

    /// Removes a task with its runs.
    pub async fn delete(&self, id: Uuid) -> Result<Deletion, DatabaseError> {
        let work = move |db: &mut Connection| {
            db.execute("DELETE FROM task WHERE id = ?1", [id.to_string()])
        };
        let removed = self.database.run("delete task", work).await?;
        Ok(if removed == 0 {
            Deletion::NothingThere
        } else {
            Deletion::Done
        })
    }

    /// The task with this id.
    pub async fn task(&self, id: Uuid) -> Result<Option<Task>, DatabaseError> {
        self.database
            .run("select task", move |db| select(db, id))
            .await
    }

    /// A page of tasks, newest first.
    pub async fn tasks(&self, page: PageRequest) -> Result<Page<Task>, DatabaseError> {
        let tasks = self.database.run("select tasks", move |db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM task WHERE (?1 IS NULL OR id < ?1) ORDER BY id DESC LIMIT ?2"
            ))?;
            let rows = statement.query_map(
                params![page.before.map(|id| id.to_string()), page.rows()],
                task,
            )?;
            rows.collect::<Result<Vec<_>, _>>()
        });
        Ok(page.page(tasks.await?, |task| task.id))
    }

    /// All tasks that run by their schedule. For the timer, which is in no trace.
    pub async fn enabled_tasks(&self) -> Result<Vec<Task>, DatabaseError> {
        let work = |db: &mut Connection| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM task WHERE enabled ORDER BY id"
            ))?;
            statement.query_map([], task)?.collect()
        };
        self.database
            .run_untraced("select enabled tasks", work)
            .await
    }
}

fn insert(db: &mut Connection, task: Task) -> Result<Saved, rusqlite::Error> {
    let transaction = db.transaction()?;
    let tasks: u32 = transaction.query_row("SELECT count(*) FROM task", [], |row| row.get(0))?;
    if tasks >= MOST_TASKS {
        return Ok(Saved::Full);
    }
    let inserted = transaction.execute(
        "INSERT INTO task VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            task.id.to_string(),
            task.definition.name.to_string(),
            task.definition.schedule.to_string(),
            task.definition.url.to_string(),
            task.definition.activation == Activation::Enabled,
            task.created_at.to_string(),
            task.updated_at.to_string(),
        ],
    );
    match inserted {
        Ok(_rows) => transaction.commit().map(|()| Saved::Task(Box::new(task))),
        Err(cause) if is_duplicate(&cause) => Ok(Saved::NameTaken),
        Err(cause) => Err(cause),
    }
}

fn update(
    db: &Connection,
    id: Uuid,
    new: &TaskDefinition,
    now: Timestamp,
) -> Result<Saved, rusqlite::Error> {
    let updated = db.execute(
        "UPDATE task SET name = ?2, cron = ?3, url = ?4, enabled = ?5, updated_at = ?6 WHERE id = ?1",
        params![
            id.to_string(),
            new.name.to_string(),
            new.schedule.to_string(),
            new.url.to_string(),
            new.activation == Activation::Enabled,
            now.to_string(),
        ],
    );
    match updated {
        Ok(_rows) => {
            Ok(select(db, id)?.map_or(Saved::NothingThere, |task| Saved::Task(Box::new(task))))
        }
        Err(cause) if is_duplicate(&cause) => Ok(Saved::NameTaken),
        Err(cause) => Err(cause),
    }
}

fn select(db: &Connection, id: Uuid) -> Result<Option<Task>, rusqlite::Error> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM task WHERE id = ?1"))?;
    statement.query_row([id.to_string()], task).optional()
}

fn task(row: &Row<'_>) -> Result<Task, rusqlite::Error> {
    let enabled: bool = row.get(4)?;
    let definition = TaskDefinition {
        name: parsed(row, 1)?,
        schedule: parsed(row, 2)?,
        url: parsed(row, 3)?,
        activation: if enabled {
            Activation::Enabled
        } else {
            Activation::Disabled
        },
    };
    Ok(Task {
        id: parsed(row, 0)?,
        definition,
        created_at: parsed(row, 5)?,
        updated_at: parsed(row, 6)?,
    })
}

fn is_duplicate(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}

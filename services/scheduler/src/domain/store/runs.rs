//! The runs.

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};
use service_kit::database::DatabaseError;
use service_kit::pagination::{Page, PageRequest};
use uuid::Uuid;

use super::{KEPT_RUNS, TaskStore, optional, parsed};
use crate::domain::run::{Outcome, Run, RunStatus, Trigger};

/// What became of the wish to run a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The run is the caller's to execute.
    Granted(Run),
    /// The task is running already; a scheduled occurrence was counted on that run.
    AlreadyRunning,
    /// This occurrence has had its run.
    AlreadyDone,
    /// The task is gone.
    NothingThere,
}

impl TaskStore {
    /// Begins a run unless the task is running already. The run's own trace begins after it, so that this is in none.
    pub async fn claim(
        &self,
        task: Uuid,
        trigger: Trigger,
        now: Timestamp,
    ) -> Result<Claim, DatabaseError> {
        let run = Run::begin(task, trigger, now);
        self.database
            .run_untraced("insert run", move |db| claim(db, run))
            .await
    }

    /// Ends a run.
    pub async fn finish(
        &self,
        run: Uuid,
        outcome: Outcome,
        trace_id: Option<String>,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let (status, document, error) = match outcome {
            Outcome::Succeeded(document) => {
                (RunStatus::Succeeded, Some(document.to_string()), None)
            }
            Outcome::Failed(reason) => (RunStatus::Failed, None, Some(reason)),
        };
        let work = move |db: &mut Connection| {
            db.execute(
                "UPDATE run SET status = ?2, document_id = ?3, error = ?4, trace_id = ?5, finished_at = ?6 WHERE id = ?1",
                params![run.to_string(), status.word(), document, error, trace_id, now.to_string()],
            )
        };
        self.database.run("update run", work).await.map(|_rows| ())
    }

    /// A page of a task's runs, newest first; none where there is no such task.
    pub async fn runs(
        &self,
        task: Uuid,
        page: PageRequest,
    ) -> Result<Option<Page<Run>>, DatabaseError> {
        let runs = self.database.run("select runs", move |db| {
            let id = task.to_string();
            let known = db.query_row("SELECT 1 FROM task WHERE id = ?1", [&id], |_row| Ok(())).optional()?;
            if known.is_none() {
                return Ok(None);
            }
            let mut statement = db.prepare_cached(
                "SELECT id, task_id, scheduled_for, status, started_at, finished_at, document_id, error, trace_id,
                    skipped_occurrences
                 FROM run WHERE task_id = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3",
            )?;
            let before = page.before.map(|id| id.to_string());
            let rows = statement.query_map(params![id, before, page.rows()], run)?;
            rows.collect::<Result<Vec<_>, _>>().map(Some)
        });
        Ok(runs.await?.map(|runs| page.page(runs, |run| run.id)))
    }

    /// Marks the runs that are under way as interrupted: nobody executes them any more.
    pub(super) async fn interrupt_runs(&self) -> Result<(), DatabaseError> {
        let now = Timestamp::now().to_string();
        let work = move |db: &mut Connection| {
            let sql =
                "UPDATE run SET status = 'interrupted', finished_at = ?1 WHERE status = 'running'";
            db.execute(sql, [now])
        };
        self.database
            .run_untraced("interrupt runs", work)
            .await
            .map(|_rows| ())
    }
}

fn claim(db: &mut Connection, run: Run) -> Result<Claim, rusqlite::Error> {
    let transaction = db.transaction()?;
    let task = run.task_id.to_string();
    let exists = |sql: &str, key: Option<&str>| match key {
        Some(key) => transaction
            .query_row(sql, params![task, key], |_row| Ok(()))
            .optional(),
        None => transaction
            .query_row(sql, [&task], |_row| Ok(()))
            .optional(),
    };
    if exists("SELECT 1 FROM task WHERE id = ?1", None)?.is_none() {
        return Ok(Claim::NothingThere);
    }
    let scheduled_for = match run.trigger {
        Trigger::Schedule { scheduled_for } => Some(scheduled_for.to_string()),
        Trigger::Manual => None,
    };
    if let Some(occurrence) = &scheduled_for
        && exists(
            "SELECT 1 FROM run WHERE task_id = ?1 AND scheduled_for = ?2",
            Some(occurrence),
        )?
        .is_some()
    {
        return Ok(Claim::AlreadyDone);
    }
    if exists(
        "SELECT 1 FROM run WHERE task_id = ?1 AND status = 'running'",
        None,
    )?
    .is_some()
    {
        if scheduled_for.is_some() {
            let sql = "UPDATE run SET skipped_occurrences = skipped_occurrences + 1 WHERE task_id = ?1 AND status = 'running'";
            transaction.execute(sql, [&task])?;
            transaction.commit()?;
        }
        return Ok(Claim::AlreadyRunning);
    }
    transaction.execute(
        "INSERT INTO run (id, task_id, scheduled_for, status, started_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![run.id.to_string(), task, scheduled_for, run.status.word(), run.started_at.to_string()],
    )?;
    transaction.execute(
        "DELETE FROM run WHERE task_id = ?1
            AND id NOT IN (SELECT id FROM run WHERE task_id = ?1 ORDER BY id DESC LIMIT ?2)",
        params![task, KEPT_RUNS],
    )?;
    transaction.commit()?;
    Ok(Claim::Granted(run))
}

fn run(row: &Row<'_>) -> Result<Run, rusqlite::Error> {
    let word: String = row.get(3)?;
    let status = RunStatus::of_word(&word).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(
            3,
            Type::Text,
            format!("unknown status `{word}`").into(),
        )
    })?;
    let scheduled_for = optional(row, 2)?;
    Ok(Run {
        id: parsed(row, 0)?,
        task_id: parsed(row, 1)?,
        trigger: scheduled_for.map_or(Trigger::Manual, |scheduled_for| Trigger::Schedule {
            scheduled_for,
        }),
        status,
        started_at: parsed(row, 4)?,
        finished_at: optional(row, 5)?,
        document_id: optional(row, 6)?,
        error: row.get(7)?,
        trace_id: row.get(8)?,
        skipped_occurrences: row.get(9)?,
    })
}

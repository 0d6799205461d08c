//! `GET` and `POST /api/tasks`, `GET`, `PUT` and `DELETE /api/tasks/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use service_kit::pagination::{Page, PageQuery};
use service_kit::{ApiError, Json, Path, Query};
use uuid::Uuid;

use super::no_task;
use crate::app::Scheduler;
use crate::domain::schedule::{InvalidSchedule, Schedule};
use crate::domain::store::{Deletion, MOST_TASKS, Saved};
use crate::domain::task::{Activation, InvalidTask, PageUrl, Task, TaskDefinition, TaskName};

/// A task as a caller describes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskRequest {
    name: String,
    cron: String,
    url: String,
    #[serde(default = "enabled")]
    enabled: bool,
}

/// A task as a caller sees it.
#[derive(Debug, Serialize)]
pub(crate) struct TaskResponse {
    id: Uuid,
    name: TaskName,
    cron: Schedule,
    url: PageUrl,
    enabled: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    next_run_at: Option<Timestamp>,
}

fn enabled() -> bool {
    true
}

pub(crate) async fn create(
    State(scheduler): State<Scheduler>,
    Json(request): Json<TaskRequest>,
) -> Result<(StatusCode, Json<TaskResponse>), ApiError> {
    let saved = scheduler
        .store
        .create(request.try_into()?, Timestamp::now())
        .await?;
    let task = stored(saved)?;
    scheduler.wakeup.now();
    Ok((StatusCode::CREATED, Json(task.into())))
}

pub(crate) async fn replace(
    State(scheduler): State<Scheduler>,
    Path(id): Path<Uuid>,
    Json(request): Json<TaskRequest>,
) -> Result<Json<TaskResponse>, ApiError> {
    let saved = scheduler
        .store
        .replace(id, request.try_into()?, Timestamp::now())
        .await?;
    let task = stored(saved)?;
    scheduler.wakeup.now();
    Ok(Json(task.into()))
}

pub(crate) async fn find(
    State(scheduler): State<Scheduler>,
    Path(id): Path<Uuid>,
) -> Result<Json<TaskResponse>, ApiError> {
    let task = scheduler.store.task(id).await?.ok_or_else(|| no_task(id))?;
    Ok(Json(task.into()))
}

pub(crate) async fn list(
    State(scheduler): State<Scheduler>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<TaskResponse>>, ApiError> {
    let Page { items, next_cursor } = scheduler.store.tasks(page.try_into()?).await?;
    Ok(Json(Page {
        items: items.into_iter().map(TaskResponse::from).collect(),
        next_cursor,
    }))
}

pub(crate) async fn delete(
    State(scheduler): State<Scheduler>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    match scheduler.store.delete(id).await? {
        Deletion::Done => Ok(StatusCode::NO_CONTENT),
        Deletion::NothingThere => Err(no_task(id)),
    }
}

/// The task that was stored.
fn stored(saved: Saved) -> Result<Task, ApiError> {
    match saved {
        Saved::Task(task) => Ok(*task),
        Saved::NothingThere => Err(ApiError::not_found("there is no such task")),
        Saved::NameTaken => Err(ApiError::new(
            StatusCode::CONFLICT,
            "name_taken",
            "another task has this `name`",
        )),
        Saved::Full => Err(ApiError::new(
            StatusCode::CONFLICT,
            "too_many_tasks",
            format!("there are {MOST_TASKS} tasks, which is the most; delete one first"),
        )),
    }
}

impl TryFrom<TaskRequest> for TaskDefinition {
    type Error = InvalidTask;

    fn try_from(request: TaskRequest) -> Result<Self, InvalidTask> {
        Ok(Self {
            name: request.name.parse()?,
            schedule: request.cron.parse::<Schedule>()?,
            url: request.url.parse()?,
            activation: if request.enabled {
                Activation::Enabled
            } else {
                Activation::Disabled
            },
        })
    }
}

impl From<Task> for TaskResponse {
    fn from(task: Task) -> Self {
        let next_run_at = task.next_run(Timestamp::now());
        let TaskDefinition {
            name,
            schedule,
            url,
            activation,
        } = task.definition;
        Self {
            id: task.id,
            name,
            cron: schedule,
            url,
            enabled: activation == Activation::Enabled,
            created_at: task.created_at,
            updated_at: task.updated_at,
            next_run_at,
        }
    }
}

impl From<InvalidTask> for ApiError {
    fn from(error: InvalidTask) -> Self {
        let code = match &error {
            InvalidTask::Name => "invalid_name",
            InvalidTask::Url | InvalidTask::Credentials => "invalid_url",
            InvalidTask::Schedule(
                InvalidSchedule::Malformed { .. }
                | InvalidSchedule::NeverOccurs
                | InvalidSchedule::TooLong,
            ) => "invalid_cron",
        };
        Self::unprocessable(code, telemetry::cause_chain(&error))
    }
}

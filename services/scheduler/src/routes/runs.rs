//! `GET` and `POST /api/tasks/{id}/runs`.

use axum::extract::State;
use axum::http::StatusCode;
use service_kit::pagination::{Page, PageQuery};
use service_kit::{ApiError, Json, Path, Query};
use uuid::Uuid;

use super::no_task;
use crate::app::Scheduler;
use crate::domain::run::{Run, Trigger};
use crate::domain::store::Claim;

pub(crate) async fn list(
    State(scheduler): State<Scheduler>,
    Path(task): Path<Uuid>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Run>>, ApiError> {
    scheduler
        .store
        .runs(task, page.try_into()?)
        .await?
        .map(Json)
        .ok_or_else(|| no_task(task))
}

/// Starts a run now, also of a disabled task: 202 with the run, 409 where the task is running already.
pub(crate) async fn start(
    State(scheduler): State<Scheduler>,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, Json<Run>), ApiError> {
    let task = scheduler.store.task(id).await?.ok_or_else(|| no_task(id))?;
    match scheduler.runner.start(&task, Trigger::Manual).await? {
        Claim::Granted(run) => Ok((StatusCode::ACCEPTED, Json(run))),
        Claim::AlreadyRunning | Claim::AlreadyDone => Err(ApiError::new(
            StatusCode::CONFLICT,
            "already_running",
            "the task is running already",
        )),
        Claim::NothingThere => Err(no_task(id)),
    }
}

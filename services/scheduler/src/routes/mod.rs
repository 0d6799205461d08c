//! The routes.

pub(crate) mod runs;
pub(crate) mod tasks;

use service_kit::ApiError;
use uuid::Uuid;

fn no_task(id: Uuid) -> ApiError {
    ApiError::not_found(format!("there is no task `{id}`"))
}

//! `GET /api/documents`, `GET` and `DELETE /api/documents/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use service_kit::pagination::{Page, PageQuery};
use service_kit::{ApiError, Json, Path, Query};
use uuid::Uuid;

use crate::domain::document::{Document, DocumentSummary};
use crate::domain::library::Library;
use crate::domain::store::Deletion;

/// Which documents are wanted; [`PageQuery`] says which part of them.
#[derive(Debug, Deserialize)]
pub(crate) struct Selection {
    tag: Option<String>,
}

pub(crate) async fn list(
    State(library): State<Library>,
    Query(selection): Query<Selection>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<DocumentSummary>>, ApiError> {
    Ok(Json(
        library
            .store()
            .list(selection.tag, page.try_into()?)
            .await?,
    ))
}

pub(crate) async fn find(
    State(library): State<Library>,
    Path(id): Path<Uuid>,
) -> Result<Json<Document>, ApiError> {
    library
        .store()
        .find(id)
        .await?
        .map(Json)
        .ok_or_else(|| no_document(id))
}

pub(crate) async fn delete(
    State(library): State<Library>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    match library.store().delete(id).await? {
        Deletion::Done => Ok(StatusCode::NO_CONTENT),
        Deletion::NothingThere => Err(no_document(id)),
    }
}

fn no_document(id: Uuid) -> ApiError {
    ApiError::not_found(format!("there is no document `{id}`"))
}

//! Why a question could not be answered.

use crate::store::StoreError;

/// A failure of a query that was itself in order.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QueryError {
    #[error("could not read the store")]
    Store(#[from] StoreError),
    #[error("a stored span could not be read")]
    Unreadable(#[from] prost::DecodeError),
    #[error("the query was interrupted")]
    Interrupted,
}

//! Lists in pages, newest first: how many, from where, and where to go on.
//!
//! Everything listed has a UUID of version 7, whose order is the order of creation, so that the last item's id is
//! the cursor: stable while items are added and removed.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ApiError;

/// The items of a page when the caller does not say.
pub const DEFAULT_LIMIT: u32 = 20;

/// The most items of one page.
pub const LARGEST_LIMIT: u32 = 100;

/// The `limit` and `cursor` of a query string.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PageQuery {
    limit: Option<u32>,
    cursor: Option<String>,
}

/// A part of a list that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// The most items wanted, from 1 to [`LARGEST_LIMIT`].
    pub limit: u32,
    /// Only items older than this one.
    pub before: Option<Uuid>,
}

/// A part of a list, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The `cursor` of the next page; none on the last one.
    pub next_cursor: Option<Uuid>,
}

impl TryFrom<PageQuery> for PageRequest {
    type Error = ApiError;

    fn try_from(query: PageQuery) -> Result<Self, ApiError> {
        let invalid =
            |message: String| ApiError::new(StatusCode::BAD_REQUEST, "invalid_query", message);
        let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=LARGEST_LIMIT).contains(&limit) {
            return Err(invalid(format!(
                "`limit` is {limit}, but must be from 1 to {LARGEST_LIMIT}"
            )));
        }
        let before = query
            .cursor
            .map(|cursor| {
                cursor
                    .parse()
                    .map_err(|_| invalid("`cursor` is not one that a page gave".to_owned()))
            })
            .transpose()?;
        Ok(Self { limit, before })
    }
}

impl PageRequest {
    /// How many items to read: one more than wanted, to know whether a next page exists.
    pub fn rows(&self) -> u32 {
        self.limit + 1
    }

    /// The page made of up to [`rows`](Self::rows) items, which `id` identifies.
    pub fn page<T>(&self, mut items: Vec<T>, id: impl Fn(&T) -> Uuid) -> Page<T> {
        let wanted = self.limit as usize;
        let more = items.len() > wanted;
        items.truncate(wanted);
        let next_cursor = if more { items.last().map(id) } else { None };
        Page { items, next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(limit: Option<u32>, cursor: Option<&str>) -> PageQuery {
        PageQuery {
            limit,
            cursor: cursor.map(str::to_owned),
        }
    }

    #[test]
    fn a_limit_out_of_range_is_refused_with_the_range() {
        for limit in [0, 101] {
            let error = PageRequest::try_from(query(Some(limit), None)).unwrap_err();
            assert_eq!(
                error.message(),
                format!("`limit` is {limit}, but must be from 1 to 100")
            );
        }
    }

    #[test]
    fn a_cursor_that_no_page_gave_is_refused() {
        assert_eq!(
            PageRequest::try_from(query(None, Some("x")))
                .unwrap_err()
                .code(),
            "invalid_query"
        );
    }

    #[test]
    fn only_a_page_with_items_left_behind_has_a_cursor() {
        let request = PageRequest {
            limit: 2,
            before: None,
        };
        let ids: Vec<Uuid> = (0..3).map(|_| Uuid::now_v7()).collect();
        let page = request.page(ids.clone(), |id| *id);
        assert_eq!((page.items.len(), page.next_cursor), (2, Some(ids[1])));
        assert_eq!(request.page(ids[..2].to_vec(), |id| *id).next_cursor, None);
    }
}

//! The routes.

pub(crate) mod documents;
pub(crate) mod scrape;

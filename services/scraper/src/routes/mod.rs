//! The routes.

pub(crate) mod scrape;

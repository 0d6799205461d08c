//! The routes.

pub(crate) mod analyze;

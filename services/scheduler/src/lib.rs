//! The scheduler: has pages scraped by cron, through the controller, and keeps the history of the runs.
//!
//! `GET` and `POST /api/tasks` · `GET`, `PUT` and `DELETE /api/tasks/{id}` · `GET` and `POST /api/tasks/{id}/runs`
//!
//! What it holds to:
//! - Times are UTC. A run scrapes the page again even where a document of it is stored.
//! - A task never runs twice at once: an occurrence that falls into a run under way is counted on that run and
//!   skipped; a run asked for by hand is then refused.
//! - An occurrence is made up for when it is seen at most a minute late, for example after a restart, and at most
//!   once; older ones are skipped.
//! - A run that the end of the process cut off is marked as interrupted at the next start, and not repeated.
//! - Of each task the last 100 runs are kept.

pub mod app;
pub mod config;
pub mod domain;
mod routes;

/// The service's name, in traces and logs.
pub const NAME: &str = "docutag-scheduler";

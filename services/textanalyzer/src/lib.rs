//! The text analyser: what language a text is in, how it reads, how it sounds, and what it is about.
//!
//! `POST /api/analyze {"text", "title"?}`

pub mod app;
pub mod domain;
mod routes;

/// The service's name, in traces and logs.
pub const NAME: &str = "docutag-textanalyzer";

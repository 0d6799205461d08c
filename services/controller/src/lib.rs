//! The controller: takes a URL, has the page scraped and its text analysed, and keeps the document with its tags.
//!
//! `POST /api/scrape {"url", "force"?}` · `GET /api/documents?tag=&limit=&cursor=` ·
//! `GET /api/documents/{id}` · `DELETE /api/documents/{id}`

pub mod app;
pub mod config;
pub mod domain;
mod routes;

/// The service's name, in traces and logs.
pub const NAME: &str = "docutag-controller";

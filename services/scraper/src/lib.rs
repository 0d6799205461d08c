//! The scraper: fetches one web page, without ever talking to an address it must not, and extracts what it says.
//!
//! `POST /api/scrape {"url"}`

pub mod app;
pub mod config;
pub mod domain;
mod routes;

/// The service's name, in traces and logs.
pub const NAME: &str = "docutag-scraper";

//! The scraper's process.

use std::process::ExitCode;

fn main() -> ExitCode {
    service_kit::run(docutag_scraper::NAME, docutag_scraper::app::build)
}

//! The text analyser's process.

use std::process::ExitCode;

fn main() -> ExitCode {
    service_kit::run(docutag_textanalyzer::NAME, docutag_textanalyzer::app::build)
}

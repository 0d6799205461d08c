//! The scheduler's process.

use std::process::ExitCode;

fn main() -> ExitCode {
    service_kit::run(docutag_scheduler::NAME, docutag_scheduler::app::build)
}

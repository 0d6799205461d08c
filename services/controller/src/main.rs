//! The controller's process.

use std::process::ExitCode;

fn main() -> ExitCode {
    service_kit::run(docutag_controller::NAME, docutag_controller::app::build)
}

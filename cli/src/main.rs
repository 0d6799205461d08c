//! The `ptctl` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    ptctl::run()
}

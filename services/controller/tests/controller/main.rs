//! The controller from outside: over HTTP with real peers, and as a process.

mod backend;
mod documents;
mod errors;
mod peer;
mod signals;
mod site;
mod trace;

use std::path::Path;

use service_kit::testing::Process;

/// The controller's own program, as a process with nothing but these variables.
fn controller(variables: &[(&str, &str)]) -> Process {
    Process::spawn(
        Path::new(env!("CARGO_BIN_EXE_docutag-controller")),
        &[],
        variables,
    )
}

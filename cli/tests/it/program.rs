//! The real program, run beside the servers of a test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

use std::{path::Path, process::Output};

use crate::fake_stack::FakeEngine;

/// Runs `ptctl` on a played engine, in a folder of its own and without any variable of this process.
pub(crate) async fn ptctl(engine: &FakeEngine, arguments: &[&str]) -> Output {
    ptctl_with(engine.folder(), &engine.address(), arguments, &[]).await
}

/// The same with variables of the environment.
pub(crate) async fn ptctl_with(
    folder: &Path,
    address: &str,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Output {
    tokio::process::Command::new(env!("CARGO_BIN_EXE_ptctl"))
        .current_dir(folder)
        .env_clear()
        .env("PTCTL_HOST", address)
        .envs(variables.iter().copied())
        .args(arguments)
        .output()
        .await
        .unwrap()
}

/// Starts the real program with its output in pipes; it ends with the value.
pub(crate) fn started(engine: &FakeEngine, arguments: &[&str]) -> tokio::process::Child {
    tokio::process::Command::new(env!("CARGO_BIN_EXE_ptctl"))
        .current_dir(engine.folder())
        .env_clear()
        .env("PTCTL_HOST", engine.address())
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// What was written to both streams.
pub(crate) fn both(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

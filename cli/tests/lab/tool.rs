//! Running the programs that the lab uses: the Docker client, Compose, `ptctl` itself.

use std::process::{Output, Stdio};
use std::time::Duration;

use thiserror::Error;
use tokio::process::Command;

/// How long any program may take: Compose on a busy machine is the slowest.
const LIMIT: Duration = Duration::from_secs(90);

/// A program that did not do what it was asked.
#[derive(Debug, Error)]
pub(crate) enum ToolError {
    /// It could not be started, or its end could not be awaited.
    #[error("could not run `{command}`")]
    Start {
        /// The command line.
        command: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It did not end in time and was killed.
    #[error("`{command}` did not end within {} s", LIMIT.as_secs())]
    Late {
        /// The command line.
        command: String,
    },
    /// It ended with an error.
    #[error("`{command}` ended with {status}: {said}")]
    Failed {
        /// The command line.
        command: String,
        /// Its exit status.
        status: String,
        /// The end of what it printed on standard error.
        said: String,
    },
}

/// Runs a program to its end, whatever that is.
pub(crate) async fn finish(mut command: Command) -> Result<Output, ToolError> {
    let shown = shown(&command);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let ended = tokio::time::timeout(LIMIT, command.output()).await;
    match ended {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(source)) => Err(ToolError::Start {
            command: shown,
            source,
        }),
        Err(_) => Err(ToolError::Late { command: shown }),
    }
}

/// Runs a program that must succeed and returns what it printed on standard output.
pub(crate) async fn run(command: Command) -> Result<String, ToolError> {
    let shown = shown(&command);
    let output = finish(command).await?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(ToolError::Failed {
        command: shown,
        status: output.status.to_string(),
        said: last_lines(&output.stderr),
    })
}

/// The Docker client with these arguments.
pub(crate) async fn docker(arguments: &[&str]) -> Result<String, ToolError> {
    let mut command = Command::new("docker");
    command.args(arguments);
    run(command).await
}

fn shown(command: &Command) -> String {
    let command = command.as_std();
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn last_lines(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(4)..].join(" / ")
}

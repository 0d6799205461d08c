//! Compose made to change something, by the same words as a person is shown.

use std::{io, process::Stdio, time::Duration};

use ptctl_diagnosis::{commands, redact};
use thiserror::Error;

use crate::{
    clients::deadline::{Deadline, spoken},
    context::EngineChoice,
};

/// So many complaints are passed on.
const COMPLAINTS: usize = 3;

/// Why Compose did not do it.
#[derive(Debug, Error)]
pub enum ComposeDeedError {
    /// It could not be run.
    #[error("could not run `{command}`")]
    Run {
        /// The command.
        command: String,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// It did not end.
    #[error("`{command}` did not end within {}", spoken(*after))]
    Late {
        /// The command.
        command: String,
        /// How long was waited.
        after: Duration,
    },
    /// It failed.
    #[error("`{command}` failed: {said}")]
    Failed {
        /// The command.
        command: String,
        /// What it complained of.
        said: String,
    },
}

/// Runs a command of Compose on an engine. It goes on where nobody waits for it any more.
pub(crate) async fn perform(
    words: &[String],
    engine: &EngineChoice,
    deadline: Deadline,
) -> Result<(), ComposeDeedError> {
    let shown = commands::shown(words);
    let (program, arguments) = words
        .split_first()
        .map_or(("", words), |(program, rest)| (program.as_str(), rest));
    let mut command = tokio::process::Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        // Ctrl-C goes to `ptctl` alone: Compose ends what it began, rather than leave a service without a container.
        .process_group(0)
        .kill_on_drop(false);
    if let Some(host) = &engine.host {
        command
            .env("DOCKER_HOST", host)
            .env_remove("DOCKER_CONTEXT");
    } else if let Some(context) = &engine.context {
        command.env("DOCKER_CONTEXT", context);
    }
    let run = |source| ComposeDeedError::Run {
        command: shown.clone(),
        source,
    };
    let child = command.spawn().map_err(run)?;
    let output = deadline
        .cut(child.wait_with_output())
        .await
        .map_err(|passed| ComposeDeedError::Late {
            command: shown.clone(),
            after: passed.after,
        })?
        .map_err(run)?;
    if output.status.success() {
        return Ok(());
    }
    Err(ComposeDeedError::Failed {
        command: shown,
        said: complaints(&String::from_utf8_lossy(&output.stderr)),
    })
}

/// The lines that tell of an error, each once, else the last line: around them stands what went well.
fn complaints(stderr: &str) -> String {
    let mut lines = stderr
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let mut told: Vec<&str> = Vec::new();
    for line in lines.clone() {
        let is_error = line.starts_with("ERROR") || line.starts_with("Error");
        let is_new = !told.iter().any(|other| problem(other) == problem(line));
        if is_error && is_new && told.len() < COMPLAINTS {
            told.push(line);
        }
    }
    if told.is_empty() {
        told.push(lines.next_back().unwrap_or("it said nothing"));
    }
    redact::text(&told.join("; "))
}

/// What a line complains of: Compose 1 says it of the container, and of the service again.
fn problem(line: &str) -> &str {
    let named = line.strip_prefix("ERROR: for ");
    named
        .and_then(|named| named.split_once("  "))
        .map_or(line, |(_, problem)| problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_compose_says_the_errors_are_passed_on() {
        // The first is how docker-compose 1.29.2 says it, container and service apart; the second is the engine's own.
        for (stderr, told) in [
            (
                "Creating network \"shop-smoke_default\" with the default driver\nCreating shop-web ... \r\nCreating \
                 shop-web ... error\n\nERROR: for shop-web  Cannot create container for service web: Conflict. The \
                 container name \"/shop-web\" is already in use\n\nERROR: for web  Cannot create container for \
                 service web: Conflict. The container name \"/shop-web\" is already in use\nEncountered errors while \
                 bringing up the project.\n",
                "ERROR: for shop-web  Cannot create container for service web: Conflict. The container name \
                 \"/shop-web\" is already in use",
            ),
            (
                " Container shop-web  Creating\nError response from daemon: Conflict. The container name is in use\n",
                "Error response from daemon: Conflict. The container name is in use",
            ),
            ("no such service: web\n", "no such service: web"),
            ("", "it said nothing"),
        ] {
            assert_eq!(complaints(stderr), told);
        }
    }
}

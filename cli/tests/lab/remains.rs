//! Removing what runs of the lab made: by label, so that nothing else is ever touched.

use crate::identity::{LABEL, RunId};
use crate::tool::{ToolError, docker};

/// Removes everything that carries this label, `key=value`: containers with their volumes, networks, volumes.
pub(crate) async fn remove(label: &str) -> Result<(), ToolError> {
    let filter = format!("label={label}");
    let containers = list(&["ps", "--all", "--quiet", "--filter", &filter]).await?;
    remove_each(&["rm", "--force", "--volumes"], &containers).await?;
    let networks = list(&["network", "ls", "--quiet", "--filter", &filter]).await?;
    remove_each(&["network", "rm"], &networks).await?;
    let volumes = list(&["volume", "ls", "--quiet", "--filter", &filter]).await?;
    remove_each(&["volume", "rm", "--force"], &volumes).await
}

/// Removes what runs that are over left behind, and returns how many such runs there were.
pub(crate) async fn remove_of_dead_runs() -> Result<usize, ToolError> {
    let filter = format!("label={LABEL}");
    let format = format!("{{{{.Label \"{LABEL}\"}}}}");
    let mut runs = Vec::new();
    for kind in [&["ps", "--all"][..], &["network", "ls"], &["volume", "ls"]] {
        let mut arguments = kind.to_vec();
        arguments.extend(["--filter", &filter, "--format", &format]);
        runs.extend(list(&arguments).await?);
    }
    runs.sort();
    runs.dedup();
    runs.retain(|run| run.parse::<RunId>().is_ok_and(|run| run.is_over()));
    for run in &runs {
        remove(&format!("{LABEL}={run}")).await?;
    }
    Ok(runs.len())
}

async fn list(arguments: &[&str]) -> Result<Vec<String>, ToolError> {
    Ok(docker(arguments)
        .await?
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect())
}

async fn remove_each(command: &[&str], ids: &[String]) -> Result<(), ToolError> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut arguments = command.to_vec();
    arguments.extend(ids.iter().map(String::as_str));
    docker(&arguments).await.map(|_| ())
}

//! The helper container on a real engine: what it sees, and that nothing of it is left.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::ANALYZER;
use crate::doctor::ptctl;
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, as_it_is};
use crate::tool::{docker, finish};
use crate::trial::Trial;
use crate::until::{Seen, until};

/// The label of every helper container.
const LABEL: &str = "dev.ptctl.helper";
/// Until when a helper that was given up must be gone.
const GONE_WITHIN: Duration = Duration::from_secs(10);
/// So many lines of 200 bytes are more than is streamed of one log.
const FILLERS: u32 = 160_000;

pub(super) const STAGE: Stage = Stage {
    name: "helper",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario::healthy("looked-at-by-the-helper", |trial| {
            Box::pin(looked_at(trial))
        }),
        Scenario::healthy("helper-that-does-not-fit", |trial| {
            Box::pin(does_not_fit(trial))
        }),
        Scenario::healthy("interrupted-among-helpers", |trial| {
            Box::pin(interrupted(trial))
        }),
        // The last one: the log stays as long as it is.
        Scenario::healthy("long-log-read-by-the-helper", |trial| {
            Box::pin(long_log(trial))
        }),
    ],
};

/// Every namespace is looked into by a container, and all is seen that is seen from here.
async fn looked_at(trial: &mut Trial) -> Result<(), Failure> {
    let binary = static_binary(trial).await?;
    let project = trial.stack.project.clone();
    let helper = ["--probe=helper", "--helper-binary", &binary];
    trial.stack.until_traced(ANALYZER).await?;
    let report = trial.judge_with(Some(&project), &helper).await?;
    report.must_have_no_gaps()?;
    report.must_have_looked_at(ANALYZER)?;
    nothing_is_left(trial).await?;
    let saved = trial
        .stack
        .folder
        .join("looked-at-by-the-helper/judged.json");
    for service in [ANALYZER, "tempo"] {
        saw_sockets(&saved, service)?;
    }
    Ok(())
}

/// A binary that needs libraries is no helper: that is said, with what to do, and the rest is judged.
async fn does_not_fit(trial: &mut Trial) -> Result<(), Failure> {
    let project = trial.stack.project.clone();
    let report = trial
        .judge_with(Some(&project), &["--probe=helper"])
        .await?;
    let told = report
        .gaps
        .iter()
        .map(ToString::to_string)
        .find(|gap| gap.contains("linked dynamically") && gap.contains("--helper-binary"));
    match told {
        Some(_) => nothing_is_left(trial).await,
        None => Err(Failure::Diagnosis(format!(
            "nothing tells that this binary cannot be the helper; the report: {}",
            report.outline()
        ))),
    }
}

/// An interrupt at any moment leaves no container behind.
async fn interrupted(trial: &mut Trial) -> Result<(), Failure> {
    let binary = static_binary(trial).await?;
    let project = trial.stack.project.clone();
    for milliseconds in [100, 250, 400, 700] {
        let arguments = [
            "doctor",
            "--project",
            &project,
            "--probe=helper",
            "--helper-binary",
            &binary,
        ];
        let doctor = ptctl(&arguments, &trial.stack.folder);
        let mut command = tokio::process::Command::new("timeout");
        command
            .args([
                "--signal=INT",
                &format!("{}s", f64::from(milliseconds) / 1000.0),
            ])
            .arg(doctor.as_std().get_program())
            .args(doctor.as_std().get_args());
        finish(command).await?;
        nothing_is_left(trial).await?;
    }
    trial.judge().await?;
    Ok(())
}

/// More than the engine is asked to stream of one log stands in this one: the helper reads it whole beside its file.
async fn long_log(trial: &mut Trial) -> Result<(), Failure> {
    let binary = static_binary(trial).await?;
    let project = trial.stack.project.clone();
    trial.stack.until_traced(ANALYZER).await?;
    let path = trial.stack.inspect(ANALYZER, "{{.LogPath}}").await?;
    let time = jiff::Timestamp::now();
    let text = "one of many words that nobody asked for ".repeat(5);
    let record = format!(r#"{{"log":"{text}\n","stream":"stdout","time":"{time}"}}"#);
    trial
        .stack
        .append_to_file_of_engine(path.trim(), &record, FILLERS)
        .await?;
    let helper = ["--probe=helper", "--helper-binary", &binary];
    let report = trial.judge_with(Some(&project), &helper).await?;
    report.must_have_no_gaps()?;
    nothing_is_left(trial).await?;
    let saved = trial
        .stack
        .folder
        .join("long-log-read-by-the-helper/judged.json");
    let window = &log_of(&saved, ANALYZER)?["window"];
    let lines = window["lines"].as_u64().unwrap_or_default();
    if lines > u64::from(FILLERS) && window["cut"].is_null() {
        return Ok(());
    }
    Err(Failure::Diagnosis(format!(
        "the log of `{ANALYZER}` was not read whole: {window}"
    )))
}

/// What a saved look knows of the log of a service.
fn log_of(saved: &Path, service: &str) -> Result<serde_json::Value, Failure> {
    let look = look(saved)?;
    let mut containers = look["containers"].as_array().into_iter().flatten();
    let of_service = containers.find(|container| container["service"] == service);
    Ok(of_service.map_or(serde_json::Value::Null, |container| {
        container["logs"]["known"].clone()
    }))
}

/// The static binary out of our own image.
pub(super) async fn static_binary(trial: &Trial) -> Result<String, Failure> {
    let path: PathBuf = trial.stack.folder.join("ptctl-static");
    let shown = path.display().to_string();
    if !path.exists() {
        let id = docker(&["create", "ptctl:dev"]).await?;
        let id = id.trim();
        let copied = docker(&["cp", &format!("{id}:/ptctl"), &shown]).await;
        docker(&["rm", id]).await?;
        copied?;
    }
    Ok(shown)
}

/// That no helper container of this stack is there any more.
async fn nothing_is_left(trial: &Trial) -> Result<(), Failure> {
    let own = docker(&[
        "ps",
        "--all",
        "--no-trunc",
        "--quiet",
        "--filter",
        &format!("label=com.docker.compose.project={}", trial.stack.project),
    ])
    .await?;
    until(
        "no helper container of this stack",
        GONE_WITHIN,
        async || {
            let helpers = docker(&[
                "ps",
                "--all",
                "--quiet",
                "--filter",
                &format!("label={LABEL}"),
            ])
            .await?;
            for helper in helpers.split_whitespace() {
                let mode = ["inspect", "--format", "{{.HostConfig.NetworkMode}}", helper];
                // One of another stack may go in between.
                let Ok(mode) = docker(&mode).await else {
                    continue;
                };
                let target = mode.trim().trim_start_matches("container:");
                if own.split_whitespace().any(|id| id == target) {
                    return Ok(Seen::NotYet(format!("{helper} in {target}")));
                }
            }
            Ok(Seen::Yes(()))
        },
    )
    .await
}

/// That the saved look knows the sockets of a service.
fn saw_sockets(saved: &Path, service: &str) -> Result<(), Failure> {
    let look = look(saved)?;
    let containers = look["containers"].as_array().into_iter().flatten();
    let seen = containers
        .filter(|container| container["service"] == service)
        .any(|container| {
            let listening = container["sockets"]["known"]["listening"].as_array();
            listening.is_some_and(|listening| !listening.is_empty())
        });
    if seen {
        return Ok(());
    }
    Err(Failure::Diagnosis(format!(
        "the sockets of `{service}` were not seen by the helper"
    )))
}

/// A saved look.
fn look(saved: &Path) -> Result<serde_json::Value, Failure> {
    let text = std::fs::read(saved).map_err(|source| Failure::File {
        action: "read",
        path: saved.display().to_string(),
        source,
    })?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::Diagnosis(format!("the saved look: {error}")))
}

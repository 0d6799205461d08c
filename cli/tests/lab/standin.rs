//! The program that plays what the lab cannot have: compiled once a run, static, and mounted into a container.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tokio::process::Command;

use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::tool::run;

/// Its source, which is no part of the workspace.
const SOURCE: &str = "cli/tests/lab/standin/main.rs";

/// Compiles it into `folder`.
pub(crate) async fn compile(repository: &Path, folder: &Path) -> Result<PathBuf, Failure> {
    let program = folder.join("standin");
    let mut rustc = Command::new("rustc");
    rustc
        .args([
            "--edition",
            "2024",
            "-O",
            "-D",
            "warnings",
            "-C",
            "target-feature=+crt-static",
            "-C",
            "strip=symbols",
            "-o",
        ])
        .arg(&program)
        .arg(repository.join(SOURCE))
        .current_dir(repository);
    run(rustc).await?;
    Ok(program)
}

/// A service that runs it in a container of `image` with these arguments.
pub(crate) fn service(program: &Path, image: &str, arguments: &[&str]) -> Value {
    json!({
        "image": image,
        "entrypoint": ["/standin"],
        "command": arguments,
        "volumes": [format!("{}:/standin:ro", program.display())],
        "stop_signal": "SIGKILL",
    })
}

/// Has the project's Tempo be played: by minitempo with the configuration `healthy`, whatever stands in
/// Tempo's own file, and by these actions.
pub(crate) fn recorded_tempo(project: &mut Blueprint, lab: &Lab, healthy: &str, actions: &[&str]) {
    let config = project.file("minitempo.yaml", healthy);
    let recorded = lab.repository.join("cli/tests/lab/recorded");
    let mounts = [
        format!("{}:/standin:ro", lab.standin.display()),
        format!("{config}:/etc/minitempo.yaml:ro"),
        format!("{}:/recorded:ro", recorded.display()),
    ];
    let mut command = vec!["recorded-tempo", "-config.file=/etc/tempo.yaml"];
    command.extend(actions);
    command.extend(["serve", "/etc/minitempo.yaml"]);
    let tempo = project.service("tempo");
    if let Some(Value::Array(volumes)) = tempo.get_mut("volumes") {
        volumes.extend(mounts.map(Value::from));
    }
    tempo.insert("entrypoint".to_owned(), json!(["/standin"]));
    tempo.insert("command".to_owned(), json!(command));
    tempo.insert("stop_signal".to_owned(), json!("SIGKILL"));
}

/// A service that plays a collector, which it is by its label: with the configuration that lies at `config` beside the
/// Compose file, and with what it prints and does told by these actions.
pub(crate) fn collector(lab: &Lab, config: &str, actions: &[&str]) -> Value {
    let mut arguments = vec!["collector", "--config=/etc/otelcol/config.yaml"];
    arguments.extend(actions);
    let recorded = lab.repository.join("cli/tests/lab/recorded");
    let mut service = service(&lab.standin, "docutag-demo-page:dev", &arguments);
    service["labels"] = json!({"dev.ptctl.role": "collector"});
    service["restart"] = json!("unless-stopped");
    service["volumes"] = json!([
        format!("{}:/standin:ro", lab.standin.display()),
        format!("{config}:/etc/otelcol/config.yaml:ro"),
        format!("{}:/recorded:ro", recorded.display()),
    ]);
    service
}

//! The program that plays what the lab cannot have: compiled once a run, static, and mounted into a container.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tokio::process::Command;

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

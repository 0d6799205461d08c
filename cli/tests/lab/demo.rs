//! The faults of the lab on the demo, for people to look at: made, and taken back later.
//!
//! The demo's containers are changed by Compose and by Docker. What Compose changed, Compose brings back from the demo's
//! own files, which `scripts/demo/heal` has it do; what Docker did is noted here together with what takes it back.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use tokio::process::Command;

use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::say;
use crate::scenario::{Demo, Scenario, Stage};
use crate::scenarios::STAGES;
use crate::stack::Stack;
use crate::tool::{ToolError, docker, run};
use crate::trial::Trial;

/// The demo's project, as `scripts/demo/project.sh` names it.
pub(crate) const PROJECT: &str = "ptctl-demo";
/// What takes back what was done to the demo, a command of Docker's a line.
const NOTES: &str = "undo";

/// What takes back what was done to the demo's containers.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
}

impl Journal {
    /// Notes, before it is done, what takes back this command of Docker's on a service's container.
    pub(crate) fn note(&self, verb: &[&str], service: &str, id: &str) -> Result<(), Failure> {
        let Some(undo) = opposite(verb, service) else {
            return Ok(());
        };
        let failed = |source| Failure::File {
            action: "write",
            path: self.path.display().to_string(),
            source,
        };
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)
            .map_err(failed)?;
        writeln!(file, "{} {id}", undo.join(" ")).map_err(failed)
    }
}

/// The command that takes back another; nothing for one that only looks, or whose effect Compose brings back by itself.
fn opposite<'a>(verb: &[&'a str], service: &'a str) -> Option<Vec<&'a str>> {
    match verb {
        ["pause"] => Some(vec!["unpause"]),
        ["kill", "--signal", "STOP"] => Some(vec!["kill", "--signal", "CONT"]),
        ["stop" | "kill"] => Some(vec!["start"]),
        ["network", "disconnect", network] => {
            Some(vec!["network", "connect", "--alias", service, network])
        }
        _ => None,
    }
}

/// The faults that the demo can show.
fn shown() -> impl Iterator<Item = (&'static Stage, &'static Scenario)> {
    STAGES
        .iter()
        .filter(|stage| stage.demo == Demo::Shows)
        .flat_map(|stage| {
            stage
                .scenarios
                .iter()
                .map(move |scenario| (stage, scenario))
        })
        .filter(|(_, scenario)| scenario.shows_by_itself())
}

/// Lists the faults that the demo can show.
pub(crate) fn list() {
    for (_, scenario) in shown() {
        say::line(&format!("  {:<42} {}", scenario.name, scenario.expected()));
    }
}

/// Makes a fault on the demo and leaves it there.
pub(crate) async fn make(name: &str) -> Result<(), Failure> {
    let known = shown().find(|(_, scenario)| scenario.name == name);
    let Some((_, scenario)) = known else {
        return Err(Failure::Stack(format!(
            "the demo knows no fault `{name}`; `make faults` lists them"
        )));
    };
    let lab = Rc::new(Lab::for_demo().await?);
    let journal = Journal {
        path: lab.folder.join(NOTES),
    };
    if journal.path.exists() {
        return Err(Failure::Stack(
            "the demo is broken already; `make heal` mends it".to_owned(),
        ));
    }
    std::fs::write(&journal.path, "").map_err(|source| Failure::File {
        action: "write",
        path: journal.path.display().to_string(),
        source,
    })?;
    let mut config = Command::new(lab.repository.join("scripts/demo/compose"));
    config.arg("config").current_dir(&lab.repository);
    let services = services().await?;
    let services: Vec<&str> = services.lines().collect();
    let healthy = Blueprint::of_resolved(&lab.repository, &run(config).await?, &services)?;
    let stack = Rc::new(Stack::of_demo(&lab, healthy, journal));
    let mut trial = Trial::new(*scenario, stack)?;
    match (scenario.play)(&mut trial).await {
        Err(Failure::Shown) => Ok(()),
        Err(failure) => Err(failure),
        Ok(()) => Err(Failure::Diagnosis(
            "the scenario never asked the doctor".to_owned(),
        )),
    }
}

/// The services that the demo consists of: those that have a container.
async fn services() -> Result<String, ToolError> {
    let project = format!("label=com.docker.compose.project={PROJECT}");
    let name = "{{.Label \"com.docker.compose.service\"}}";
    docker(&["ps", "--all", "--filter", &project, "--format", name]).await
}

/// Takes back what Docker did to the demo's containers, the last first.
pub(crate) async fn heal(folder: &Path) -> Result<(), Failure> {
    let path = folder.join(NOTES);
    let failed = |action| {
        let path = path.display().to_string();
        move |source| Failure::File {
            action,
            path,
            source,
        }
    };
    if !path.exists() {
        return Ok(());
    }
    let notes = std::fs::read_to_string(&path).map_err(failed("read"))?;
    for line in notes.lines().rev() {
        let words: Vec<&str> = line.split(' ').collect();
        match docker(&words).await {
            Ok(_) => {}
            // Compose has made it anew since, or it is as it should be: then nothing is left to take back.
            Err(ToolError::Failed { said, .. }) => say::warn(&format!("`docker {line}`: {said}")),
            Err(error) => return Err(error.into()),
        }
    }
    std::fs::remove_file(&path).map_err(failed("remove"))
}

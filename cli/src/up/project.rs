//! What an engine has of a project that was started for smoke checks, and its removal.
//!
//! By the engine and by the mark, not by Compose and the files: what Compose takes for the project's may be somebody
//! else's volume of the same name, and the files may have changed since.

use std::time::Duration;

use futures_util::future::join_all;
use ptctl_diagnosis::{compose_label, snapshot::ContainerId};

use super::{MARK, UpError};
use crate::clients::{
    cause::on_one_line,
    deadline::Deadline,
    docker::{Engine, EngineError},
};

/// What is left undone after so long is told.
const PATIENCE: Duration = Duration::from_mins(2);

/// What there is of a project.
#[derive(Debug, Default)]
pub(crate) struct Remains {
    project: String,
    /// With their names.
    containers: Vec<(ContainerId, String)>,
    networks: Vec<String>,
    volumes: Vec<String>,
    /// What has the project's label and lacks the mark, in words.
    foreign: Vec<String>,
}

/// What was removed.
#[derive(Debug)]
pub(crate) struct Removed {
    /// What is gone, in words.
    pub(crate) gone: Vec<String>,
    /// Why something is left.
    pub(crate) failed: Vec<String>,
}

impl Remains {
    /// Looks what there is of a project.
    pub(crate) async fn of(
        engine: &Engine,
        project: &str,
        deadline: Deadline,
    ) -> Result<Self, EngineError> {
        let mut remains = Self {
            project: project.to_owned(),
            ..Self::default()
        };
        for container in engine.containers(deadline).await? {
            if container.project() != Some(project) {
                continue;
            }
            if container
                .labels
                .get(MARK)
                .is_some_and(|mark| mark == project)
            {
                remains.containers.push((container.id, container.name));
            } else {
                remains
                    .foreign
                    .push(format!("container {}", container.name));
            }
        }
        let marked = format!("{MARK}={project}");
        let labelled = format!("{}={project}", compose_label::PROJECT);
        remains.networks = engine.networks_labelled(&marked, deadline).await?;
        remains.volumes = engine.volumes_labelled(&marked, deadline).await?;
        let networks = engine.networks_labelled(&labelled, deadline).await?;
        let volumes = engine.volumes_labelled(&labelled, deadline).await?;
        let mut strange = |kind: &str, all: Vec<String>, own: &[String]| {
            let others = all.into_iter().filter(|name| !own.contains(name));
            let others = others.map(|name| format!("{kind} {name}"));
            remains.foreign.extend(others);
        };
        strange("network", networks, &remains.networks);
        strange("volume", volumes, &remains.volumes);
        Ok(remains)
    }

    /// Refuses a project of which anything is somebody else's.
    pub(crate) fn refuse_foreign(&self) -> Result<(), UpError> {
        if self.foreign.is_empty() {
            return Ok(());
        }
        Err(UpError::Foreign {
            project: self.project.clone(),
            what: self.foreign.clone(),
        })
    }

    /// Whether nothing is there.
    pub(crate) fn is_nothing(&self) -> bool {
        self.containers.is_empty() && self.networks.is_empty() && self.volumes.is_empty()
    }

    /// Stops the containers, each with its own grace, and removes them with the networks and volumes.
    pub(crate) async fn remove(self, engine: &Engine) -> Removed {
        let deadline = Deadline::after(PATIENCE);
        let mut removed = Removed {
            gone: Vec::new(),
            failed: Vec::new(),
        };
        let containers = join_all(self.containers.iter().map(|(id, name)| async move {
            // One that does not stop is killed by its removal.
            let stopped = engine.stop(id, deadline).await;
            let done = engine.remove_container(id, deadline).await;
            (name, stopped.and(done))
        }));
        let containers = containers.await;
        removed.note("container", containers);
        let mut networks = Vec::new();
        for name in &self.networks {
            networks.push((name, engine.remove_network(name, deadline).await));
        }
        removed.note("network", networks);
        let mut volumes = Vec::new();
        for name in &self.volumes {
            volumes.push((name, engine.remove_volume(name, deadline).await));
        }
        removed.note("volume", volumes);
        removed
    }
}

impl Removed {
    fn note(&mut self, kind: &str, all: Vec<(&String, Result<(), EngineError>)>) {
        let mut names = Vec::new();
        for (name, result) in all {
            match result {
                Ok(()) => names.push(name.as_str()),
                Err(error) => self.failed.push(on_one_line(&error)),
            }
        }
        if names.is_empty() {
            return;
        }
        let plural = if names.len() == 1 { "" } else { "s" };
        self.gone
            .push(format!("removed the {kind}{plural} {}", names.join(", ")));
    }
}

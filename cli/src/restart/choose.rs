//! Which containers are meant, and which are left alone.

use std::path::Path;

use ptctl_diagnosis::{
    compose_label,
    snapshot::{Container, Role, Snapshot, Status},
    view::Stack,
};

use super::{Action, Dependencies, LeftAlone, PlanError};

/// Which containers are to be restarted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice<'n> {
    /// The traced services of the project.
    Traced,
    /// Those, and the backends and collectors of the project.
    WholeWay,
    /// The services or containers of these names.
    Named(&'n [String]),
}

/// A container, what is to be done to it, and why.
#[derive(Debug, Clone)]
pub(crate) struct Chosen<'s> {
    pub(crate) container: &'s Container,
    pub(crate) action: Action,
    pub(crate) why: String,
}

/// Whether a stack may be restarted as a whole: it was named, or it is that of the working folder.
pub fn may_restart_all(snapshot: &Snapshot, named: Option<&str>, working_dir: &Path) -> bool {
    let is_here = |folder: &String| working_dir.starts_with(folder);
    named.is_some() || snapshot.stack.working_dir.as_ref().is_some_and(is_here)
}

impl Choice<'_> {
    /// The containers that are meant, and those that are left alone.
    pub(super) fn of<'s>(
        &self,
        snapshot: &'s Snapshot,
        dependencies: &Dependencies,
    ) -> Result<(Vec<Chosen<'s>>, Vec<LeftAlone>), PlanError> {
        let meant: Vec<(&Container, &str)> = match self {
            Self::Traced => traced(snapshot),
            Self::WholeWay => receivers(snapshot)
                .into_iter()
                .chain(traced(snapshot))
                .collect(),
            Self::Named(names) => named(snapshot, names)?
                .into_iter()
                .map(|container| (container, "asked for"))
                .collect(),
        };
        let mut chosen = Vec::new();
        let mut left_alone = Vec::new();
        for (container, why) in meant {
            match self.left_alone(container, dependencies) {
                Some(reason) => left_alone.push(LeftAlone {
                    container_name: container.name.clone(),
                    reason,
                }),
                None => chosen.push(Chosen {
                    container,
                    action: match container.state.status {
                        Status::Running | Status::Paused | Status::Restarting => Action::Restart,
                        Status::Created
                        | Status::Removing
                        | Status::Exited
                        | Status::Dead
                        | Status::Declared => Action::Start,
                    },
                    why: why.to_owned(),
                }),
            }
        }
        Ok((chosen, left_alone))
    }

    /// Why a container is not touched.
    fn left_alone(&self, container: &Container, dependencies: &Dependencies) -> Option<String> {
        if let Some(reason) = runs_once(container, dependencies) {
            return Some(reason);
        }
        let state = &container.state;
        let is_named = matches!(self, Self::Named(_));
        match state.status {
            Status::Running | Status::Restarting => None,
            Status::Paused | Status::Created | Status::Exited if is_named => None,
            Status::Paused => Some("is paused; name it to restart it".to_owned()),
            Status::Created => Some("was never started; name it to start it".to_owned()),
            Status::Exited => Some(format!(
                "does not run (exit code {}), be it a job or stopped; name it to start it",
                state.exit_code
            )),
            Status::Removing | Status::Dead | Status::Declared => {
                Some(format!("is {}", state.status.word()))
            }
        }
    }
}

/// Why a container is not to be started again: it has done its work.
pub(crate) fn runs_once(container: &Container, dependencies: &Dependencies) -> Option<String> {
    if dependencies.is_job(container.display_name()) {
        return Some(format!(
            "is a job that others wait for to end; to run it again: docker start {}",
            container.name
        ));
    }
    (container.label(compose_label::ONE_OFF) == Some("True"))
        .then(|| "is a single command of `docker compose run`".to_owned())
}

fn traced(snapshot: &Snapshot) -> Vec<(&Container, &'static str)> {
    Stack::of(snapshot)
        .services
        .iter()
        .map(|service| service.container)
        // Containers beside the project are not its own.
        .filter(|container| container.project == snapshot.stack.project)
        .map(|container| (container, "traced"))
        .collect()
}

fn receivers(snapshot: &Snapshot) -> Vec<(&Container, &'static str)> {
    snapshot
        .containers
        .iter()
        .filter(|container| container.project == snapshot.stack.project)
        .filter_map(|container| match container.role {
            Role::Tempo => Some((container, "takes spans")),
            Role::Collector => Some((container, "passes spans on")),
            Role::Grafana | Role::Loki | Role::Prometheus | Role::Service => None,
        })
        .collect()
}

fn named<'s>(snapshot: &'s Snapshot, names: &[String]) -> Result<Vec<&'s Container>, PlanError> {
    let is_called = |container: &Container, name: &String| {
        container.name == *name
            || (container.service.as_ref() == Some(name)
                && container.project == snapshot.stack.project)
    };
    let unknown: Vec<String> = names
        .iter()
        .filter(|name| {
            !snapshot
                .containers
                .iter()
                .any(|container| is_called(container, name))
        })
        .cloned()
        .collect();
    if !unknown.is_empty() {
        return Err(PlanError::Unknown { names: unknown });
    }
    Ok(snapshot
        .containers
        .iter()
        .filter(|container| names.iter().any(|name| is_called(container, name)))
        .collect())
}

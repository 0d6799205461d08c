//! What is restarted, in which order, and why.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use ptctl_diagnosis::{
    snapshot::{Container, ContainerId, Snapshot},
    view::Stack,
};
use thiserror::Error;

use super::Dependencies;

/// Whether a stack may be restarted as a whole: it was named, or it is that of the working folder.
pub fn may_restart_all(snapshot: &Snapshot, named: Option<&str>, working_dir: &Path) -> bool {
    let is_here = |folder: &String| working_dir.starts_with(folder);
    named.is_some() || snapshot.stack.working_dir.as_ref().is_some_and(is_here)
}

/// The steps of a restart, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
}

/// One container to restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The container.
    pub container: ContainerId,
    /// Its name.
    pub container_name: String,
    /// Its Compose service, or the container's name.
    pub service: String,
    /// Why it is restarted and why here, as a fragment.
    pub reason: String,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// Names that no container of the stack has.
    #[error("no container of the stack is called `{}`", names.join("`, `"))]
    Unknown {
        /// The names asked for.
        names: Vec<String>,
    },
    /// Services that wait for each other.
    #[error("the services `{}` depend on each other in a circle", services.join("`, `"))]
    Circle {
        /// The services.
        services: Vec<String>,
    },
    /// A project that nobody named and that is not that of this folder.
    #[error("`{project}` is not the project of this folder")]
    Elsewhere {
        /// The project.
        project: String,
    },
    /// Nothing to do.
    #[error("no service of the stack is traced; name the ones to restart")]
    Nothing,
}

impl Plan {
    /// Plans the restart of the services named, or of all traced ones.
    pub fn of(
        snapshot: &Snapshot,
        names: &[String],
        dependencies: &Dependencies,
    ) -> Result<Self, PlanError> {
        let chosen = if names.is_empty() {
            traced(snapshot)
        } else {
            named(snapshot, names)?
        };
        if chosen.is_empty() {
            return Err(PlanError::Nothing);
        }
        let why = if names.is_empty() {
            "traced"
        } else {
            "asked for"
        };
        let mut waiting: BTreeMap<&str, Vec<&Container>> = BTreeMap::new();
        for container in chosen {
            waiting
                .entry(container.display_name())
                .or_default()
                .push(container);
        }
        let mut steps = Vec::new();
        while !waiting.is_empty() {
            let free: Vec<&str> = waiting
                .keys()
                .copied()
                .filter(|service| {
                    dependencies
                        .of(service)
                        .all(|needed| needed == *service || !waiting.contains_key(needed))
                })
                .collect();
            if free.is_empty() {
                let services = waiting
                    .keys()
                    .map(|service| (*service).to_owned())
                    .collect();
                return Err(PlanError::Circle { services });
            }
            for service in free {
                for container in waiting.remove(service).unwrap_or_default() {
                    steps.push(step(container, why, dependencies, &steps));
                }
            }
        }
        Ok(Self { steps })
    }
}

fn step(container: &Container, why: &str, dependencies: &Dependencies, before: &[Step]) -> Step {
    let service = container.display_name();
    let after: BTreeSet<&str> = dependencies
        .of(service)
        .filter(|needed| before.iter().any(|step| step.service == *needed))
        .collect();
    let order = if after.is_empty() {
        String::new()
    } else {
        format!(
            ", after {} on which it depends",
            after.into_iter().collect::<Vec<_>>().join(" and ")
        )
    };
    Step {
        container: container.id.clone(),
        container_name: container.name.clone(),
        service: service.to_owned(),
        reason: format!("{why}{order}"),
    }
}

fn traced(snapshot: &Snapshot) -> Vec<&Container> {
    Stack::of(snapshot)
        .services
        .iter()
        .map(|service| service.container)
        // A job that ended is not to be done again, and containers beside the project are not its own.
        .filter(|container| container.is_running() && container.project == snapshot.stack.project)
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

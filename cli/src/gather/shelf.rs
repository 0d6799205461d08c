//! The containers of a stack and where their logs lie: as much of a look as it takes to show lines.

use std::path::PathBuf;

use ptctl_diagnosis::snapshot::Container;

use super::{
    ConnectedEngine, GatherError, GatherRequest, connect,
    engine::{HostFacts, host_facts},
};
use crate::{
    clients::{
        deadline::Deadline,
        docker::{Engine, EngineError},
    },
    logs::LogFolder,
    probe::{self, DiskReach, ENGINE_LIMIT},
    target,
};

/// Where the logs of a stack are found.
#[derive(Debug)]
pub(crate) struct LogShelf {
    /// The engine that keeps them.
    pub(crate) engine: Engine,
    /// The stack's containers, by name.
    pub(crate) containers: Vec<Container>,
    /// Containers that the engine did not describe: each with its name and the reason.
    pub(crate) undescribed: Vec<(String, EngineError)>,
    /// The engine's folder of data, where it can be read from here.
    data_root: Option<PathBuf>,
}

impl LogShelf {
    /// The files of a container's log, where they may be read from here.
    pub(crate) fn folder(&self, container: &Container) -> Option<LogFolder> {
        LogFolder::of(
            self.data_root.as_deref()?,
            &container.id,
            &container.log_driver,
        )
    }
}

/// Finds the containers of a stack; nothing is asked of them.
pub(crate) async fn shelf(request: &GatherRequest) -> Result<LogShelf, GatherError> {
    let deadline = Deadline::after(request.timeout);
    Ok(described(request, deadline).await?.shelf)
}

/// A stack as its engine describes it.
pub(super) struct Described {
    /// Its containers.
    pub(super) shelf: LogShelf,
    /// What the engine says of its host.
    pub(super) host: HostFacts,
    /// The engine's system and architecture.
    pub(super) platform: String,
    /// The project that was chosen.
    pub(super) project: Option<String>,
}

/// Asks the engine about a stack.
pub(super) async fn described(
    request: &GatherRequest,
    deadline: Deadline,
) -> Result<Described, GatherError> {
    let ConnectedEngine { engine, facts } =
        connect(&request.engine, &request.environment, deadline).await?;
    let limit = deadline.capped(ENGINE_LIMIT);
    let (listed, host) = tokio::join!(engine.containers(limit), host_facts(&engine, limit));
    let listed = listed?;
    let (containers, undescribed) =
        probe::containers::inspect_all(&engine, &listed, deadline).await;
    let stack = match target::choose(&request.stack, &request.environment, &containers) {
        Ok(stack) => stack,
        Err(error) => return Err(GatherError::no_stack(error, undescribed)),
    };
    let undescribed = undescribed
        .into_iter()
        .filter(|missing| missing.listed.project() == stack.project.as_deref())
        .map(|missing| (missing.listed.name.clone(), missing.error))
        .collect();
    let mut containers = target::members(&stack, None, containers).inside;
    containers.sort_by(|one, other| {
        (one.display_name(), &one.name).cmp(&(other.display_name(), &other.name))
    });
    Ok(Described {
        shelf: LogShelf {
            engine,
            containers,
            undescribed,
            data_root: match host.disks {
                DiskReach::Here => host.data_root.clone(),
                DiskReach::Away => None,
            },
        },
        host,
        platform: facts.platform,
        project: stack.project,
    })
}

//! The engine's containers and networks, in short.

use std::collections::BTreeMap;

use bollard::query_parameters::{ListContainersOptions, ListNetworksOptions};
use ptctl_diagnosis::{
    compose_label,
    snapshot::{ContainerId, Network},
};

use super::{Engine, EngineError, EngineFault};
use crate::clients::deadline::Deadline;

/// A container as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: ContainerId,
    /// Its name without the leading slash.
    pub name: String,
    /// The image as it was asked for, or its id where the name has moved on.
    pub image: String,
    /// The command on one line.
    pub command: String,
    /// Whether its main process runs.
    pub is_running: bool,
    /// Its labels, as they stand.
    pub labels: BTreeMap<String, String>,
    /// The names of its networks.
    pub networks: Vec<String>,
}

impl Listed {
    /// Its Compose project.
    pub fn project(&self) -> Option<&str> {
        self.labels.get(compose_label::PROJECT).map(String::as_str)
    }
}

impl Engine {
    /// Every container, running or not.
    pub async fn containers(&self, deadline: Deadline) -> Result<Vec<Listed>, EngineError> {
        const WHAT: &str = "list the containers";
        let options = ListContainersOptions {
            all: true,
            ..ListContainersOptions::default()
        };
        let answer = self
            .call(WHAT, deadline, self.bollard.list_containers(Some(options)))
            .await?;
        answer
            .into_iter()
            .map(|container| listed(container).map_err(|fault| EngineError::new(WHAT, fault)))
            .collect()
    }

    /// Every network.
    pub async fn networks(&self, deadline: Deadline) -> Result<Vec<Network>, EngineError> {
        const WHAT: &str = "list the networks";
        let answer = self
            .call(
                WHAT,
                deadline,
                self.bollard.list_networks(None::<ListNetworksOptions>),
            )
            .await?;
        answer
            .into_iter()
            .map(|network| {
                Ok(Network {
                    id: network.id.ok_or(EngineFault::without("Id"))?,
                    name: network.name.ok_or(EngineFault::without("Name"))?,
                    driver: network.driver.ok_or(EngineFault::without("Driver"))?,
                })
            })
            .collect::<Result<_, EngineFault>>()
            .map_err(|fault| EngineError::new(WHAT, fault))
    }
}

fn listed(container: bollard::models::ContainerSummary) -> Result<Listed, EngineFault> {
    use bollard::models::ContainerSummaryStateEnum as State;
    let without = EngineFault::without;
    let networks = container
        .network_settings
        .and_then(|settings| settings.networks);
    Ok(Listed {
        id: ContainerId(container.id.ok_or_else(|| without("Id"))?),
        name: container
            .names
            .ok_or_else(|| without("Names"))?
            .iter()
            // A legacy link shows up as one more name with a second slash: `/web/db`.
            .map(|name| name.trim_start_matches('/'))
            .find(|name| !name.contains('/'))
            .unwrap_or_default()
            .to_owned(),
        image: container.image.ok_or_else(|| without("Image"))?,
        command: container.command.unwrap_or_default(),
        is_running: matches!(
            container.state.ok_or_else(|| without("State"))?,
            State::RUNNING | State::PAUSED
        ),
        labels: container.labels.unwrap_or_default().into_iter().collect(),
        networks: {
            let mut names: Vec<String> = networks.unwrap_or_default().into_keys().collect();
            names.sort();
            names
        },
    })
}

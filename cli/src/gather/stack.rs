//! The stack that was chosen: where its files are, and its networks.

use ptctl_diagnosis::{
    compose_label,
    observed::{Gap, Observed, Probe},
    snapshot::{Container, Network, StackFacts},
    subject::Subject,
};

use super::GatherRequest;
use crate::{
    clients::{
        cause::on_one_line,
        docker::{EngineError, Listed},
    },
    target::ChosenStack,
};

/// What the labels of its containers say of the stack.
pub(super) fn stack_facts(
    stack: &ChosenStack,
    request: &GatherRequest,
    listed: &[Listed],
) -> StackFacts {
    let label = |name: &str| {
        listed
            .iter()
            .filter(|container| {
                container.project().is_some() && container.project() == stack.project.as_deref()
            })
            .find_map(|container| container.labels.get(name))
    };
    StackFacts {
        working_dir: label(compose_label::WORKING_DIR).cloned(),
        config_files: label(compose_label::CONFIG_FILES)
            .map(|files| files.split(',').map(str::to_owned).collect())
            .unwrap_or_default(),
        project: stack.project.clone(),
        chosen_by: stack.chosen_by.clone(),
        other_projects: stack.other_projects.clone(),
        only_services: request.stack.services.clone(),
    }
}

/// The networks that the containers of the stack are on.
pub(super) fn of_members(
    networks: Result<Vec<Network>, EngineError>,
    containers: &[Container],
) -> Observed<Vec<Network>> {
    match networks {
        Ok(networks) => Observed::Known(
            networks
                .into_iter()
                .filter(|network| {
                    containers
                        .iter()
                        .flat_map(|container| &container.attachments)
                        .any(|attachment| attachment.network == network.name)
                })
                .collect(),
        ),
        Err(error) => Observed::Unknown(Gap::new(
            Probe::Networks,
            Subject::Engine,
            on_one_line(&error.fault),
        )),
    }
}

//! What happened to the containers of a stack within the window.

use std::collections::BTreeSet;

use ptctl_diagnosis::{
    observed::{Gap, Observed, Probe},
    snapshot::{Container, ContainerId, EngineEvent},
    subject::Subject,
};

use super::Look;
use crate::clients::cause::on_one_line;

/// The engine's events about these containers.
pub(crate) async fn of(look: &Look<'_>, containers: &[Container]) -> Observed<Vec<EngineEvent>> {
    let known: BTreeSet<&ContainerId> = containers.iter().map(|container| &container.id).collect();
    let answer = look
        .engine
        .events(look.since, look.taken_at, look.engine_deadline())
        .await;
    match answer {
        Ok(events) => Observed::Known(
            events
                .into_iter()
                .filter(|event| known.contains(&event.container))
                .collect(),
        ),
        Err(error) => Observed::Unknown(Gap::new(
            Probe::Events,
            Subject::Engine,
            on_one_line(&error.fault),
        )),
    }
}

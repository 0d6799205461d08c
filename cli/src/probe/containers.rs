//! Every container of the engine in full.

use futures_util::{StreamExt, stream};
use ptctl_diagnosis::snapshot::Container;

use super::ENGINE_LIMIT;
use crate::clients::{
    deadline::Deadline,
    docker::{Engine, EngineError, Listed},
};

/// How many containers are asked for at once.
const AT_ONCE: usize = 16;

/// A container that the engine listed and did not describe.
#[derive(Debug)]
pub(crate) struct Undescribed<'l> {
    /// What the list has of it.
    pub(crate) listed: &'l Listed,
    /// Why it was not described.
    pub(crate) error: EngineError,
}

/// Inspects what was listed. One that vanished in between does not exist any more; any other failure is told.
pub(crate) async fn inspect_all<'l>(
    engine: &Engine,
    listed: &'l [Listed],
    deadline: Deadline,
) -> (Vec<Container>, Vec<Undescribed<'l>>) {
    let answers: Vec<_> = stream::iter(listed)
        .map(|container| async move {
            let answer = engine
                .inspect(&container.id, deadline.capped(ENGINE_LIMIT))
                .await;
            (container, answer)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut containers = Vec::new();
    let mut undescribed = Vec::new();
    for (listed, answer) in answers {
        match answer {
            Ok(container) => containers.push(container),
            Err(error) if error.is_missing() => {}
            Err(error) => undescribed.push(Undescribed { listed, error }),
        }
    }
    (containers, undescribed)
}

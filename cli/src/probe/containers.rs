//! Every container of the engine in full.

use futures_util::{StreamExt, stream};
use ptctl_diagnosis::{
    observed::{Gap, Probe},
    snapshot::Container,
    subject::Subject,
};

use super::ENGINE_LIMIT;
use crate::clients::{
    cause::on_one_line,
    deadline::Deadline,
    docker::{Engine, Listed},
};

/// How many containers are asked for at once.
const AT_ONCE: usize = 16;

/// Inspects what was listed. One that vanished in between does not exist any more; any other failure is a gap.
pub(crate) async fn inspect_all(
    engine: &Engine,
    listed: &[Listed],
    deadline: Deadline,
) -> (Vec<Container>, Vec<Gap>) {
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
    let mut gaps = Vec::new();
    for (listed, answer) in answers {
        match answer {
            Ok(container) => containers.push(container),
            Err(error) if error.is_missing() => {}
            Err(error) => gaps.push(Gap::new(
                Probe::Containers,
                Subject::Service(listed.name.clone()),
                on_one_line(&error.fault),
            )),
        }
    }
    (containers, gaps)
}

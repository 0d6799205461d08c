//! Removing what helpers left behind: containers whose time is over, and on request the images.

use jiff::Timestamp;

use super::{DEADLINE_LABEL, HELPER_LABEL};
use crate::clients::{
    deadline::Deadline,
    docker::{Engine, EngineError, Listed},
};

/// What was removed and what was left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cleaned {
    /// Containers whose deadline had passed.
    pub(crate) containers: usize,
    /// Images.
    pub(crate) images: Vec<String>,
    /// Containers of runs that still have time; they end by themselves.
    pub(crate) still_running: usize,
}

/// Removes overdue containers and every image of the helper that none of the others uses.
pub(crate) async fn cleanup(engine: &Engine, deadline: Deadline) -> Result<Cleaned, EngineError> {
    let (containers, still_running) = collect_overdue(engine, deadline).await?;
    let mut images = Vec::new();
    // While a helper of another run works, its image is in use, and so is perhaps the next one's.
    if still_running == 0 {
        for name in engine.images_labelled(HELPER_LABEL, deadline).await? {
            engine.remove_image(&name, deadline).await?;
            images.push(name);
        }
    }
    Ok(Cleaned {
        containers,
        images,
        still_running,
    })
}

/// Removes the containers whose deadline has passed; how many, and how many still have time.
pub(super) async fn collect_overdue(
    engine: &Engine,
    deadline: Deadline,
) -> Result<(usize, usize), EngineError> {
    let now = Timestamp::now();
    let helpers: Vec<Listed> = engine
        .containers(deadline)
        .await?
        .into_iter()
        .filter(|container| container.labels.contains_key(HELPER_LABEL))
        .collect();
    let (overdue, in_time): (Vec<&Listed>, Vec<&Listed>) =
        helpers.iter().partition(|helper| is_overdue(helper, now));
    for helper in &overdue {
        engine.remove_container(&helper.id, deadline).await?;
    }
    Ok((overdue.len(), in_time.len()))
}

/// Whether its own label says that it should be gone; one without a readable deadline is nobody's.
fn is_overdue(helper: &Listed, now: Timestamp) -> bool {
    helper
        .labels
        .get(DEADLINE_LABEL)
        .and_then(|seconds| seconds.parse::<i64>().ok())
        .is_none_or(|seconds| seconds < now.as_second())
}

//! Removing what helpers left behind: containers whose time is over, and on request the images.

use std::collections::BTreeMap;

use super::{DEADLINE_LABEL, HELPER_LABEL, clock::EngineClock};
use crate::clients::{
    deadline::Deadline,
    docker::{Engine, EngineError, Listed},
};

/// What was removed and what was left.
#[derive(Debug, Default)]
pub(crate) struct Cleaned {
    /// Containers whose deadline had passed.
    pub(crate) containers: usize,
    /// Images.
    pub(crate) images: Vec<String>,
    /// Containers of runs that still have time; they end by themselves.
    pub(crate) still_running: usize,
    /// What the engine did not remove, each with its reason.
    pub(crate) failed: Vec<EngineError>,
}

/// Removes overdue containers and every image of the helper that none of the others uses.
pub(crate) async fn cleanup(engine: &Engine, deadline: Deadline) -> Result<Cleaned, EngineError> {
    let clock = EngineClock::read(engine, deadline).await?;
    let mut cleaned = collect_overdue(engine, clock, deadline).await?;
    // While a helper of another run works, its image is in use, and so is perhaps the next one's.
    if cleaned.still_running == 0 {
        for name in engine.images_labelled(HELPER_LABEL, deadline).await? {
            match engine.remove_image(&name, deadline).await {
                Ok(()) => cleaned.images.push(name),
                Err(error) => cleaned.failed.push(error),
            }
        }
    }
    Ok(cleaned)
}

/// Removes the containers whose deadline has passed; one that cannot be removed keeps no other. Where the engine does not
/// tell the time, nobody knows which are overdue.
pub(super) async fn collect_overdue(
    engine: &Engine,
    clock: Option<EngineClock>,
    deadline: Deadline,
) -> Result<Cleaned, EngineError> {
    let listed: Vec<Listed> = engine
        .containers(deadline)
        .await?
        .into_iter()
        .filter(|container| container.labels.contains_key(HELPER_LABEL))
        .collect();
    let mut cleaned = Cleaned::default();
    for helper in listed {
        let Some(due) = due(&helper.labels) else {
            continue;
        };
        if clock.is_none_or(|clock| due >= clock.now().as_second()) {
            cleaned.still_running += 1;
            continue;
        }
        match engine.remove_container(&helper.id, deadline).await {
            Ok(()) => cleaned.containers += 1,
            Err(error) => cleaned.failed.push(error),
        }
    }
    Ok(cleaned)
}

/// By when a container should be gone, in seconds since 1970; `None` for one that no look made: whoever starts a container
/// of the image inherits the image's label, and has a reason.
fn due(labels: &BTreeMap<String, String>) -> Option<i64> {
    labels.get(DEADLINE_LABEL)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_without_a_deadline_of_its_own_is_not_ours_to_remove() {
        let labels = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect()
        };
        assert_eq!(due(&labels(&[(HELPER_LABEL, "0123456789abcdef")])), None);
        assert_eq!(due(&labels(&[(DEADLINE_LABEL, "soon")])), None);
        assert_eq!(due(&labels(&[(DEADLINE_LABEL, "1700")])), Some(1700));
    }
}

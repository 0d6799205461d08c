//! Removing what helpers left behind: containers whose time is over, and on request the images.

use std::collections::BTreeMap;

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
    let dated = helpers
        .iter()
        .filter_map(|helper| Some((helper, due(&helper.labels)?)));
    let (overdue, in_time): (Vec<_>, Vec<_>) = dated.partition(|(_, due)| *due < now.as_second());
    for (helper, _) in &overdue {
        engine.remove_container(&helper.id, deadline).await?;
    }
    Ok((overdue.len(), in_time.len()))
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

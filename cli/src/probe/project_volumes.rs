//! The volumes of a project, those included that nothing mounts any more.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use ptctl_diagnosis::{
    compose_label,
    observed::{Gap, Observed, Probe},
    snapshot::{Container, MountKind, ProjectVolume},
    subject::Subject,
};

use super::Look;
use crate::clients::{cause::on_one_line, docker::VolumeCount};

/// Counting what lies on a disk may take the engine this long.
const COUNT_LIMIT: Duration = Duration::from_secs(5);

/// The volumes of a project by label, and those that its containers mount; the largest first.
pub(crate) async fn of(
    look: &Look<'_>,
    project: Option<&str>,
    containers: &[Container],
) -> Observed<Vec<ProjectVolume>> {
    let labelled = async {
        match project {
            Some(project) => {
                let label = format!("{}={project}", compose_label::PROJECT);
                look.engine
                    .volumes_labelled(&label, look.engine_deadline())
                    .await
            }
            None => Ok(Vec::new()),
        }
    };
    let (labelled, counts) = tokio::join!(
        labelled,
        look.engine.volume_counts(look.deadline.capped(COUNT_LIMIT))
    );
    let labelled = match labelled {
        Ok(labelled) => labelled,
        Err(error) => {
            let gap = Gap::new(Probe::Volume, Subject::Engine, on_one_line(&error));
            return Observed::Unknown(gap);
        }
    };
    // Their names are worth showing without their sizes too.
    Observed::Known(volumes(labelled, &counts.unwrap_or_default(), containers))
}

fn volumes(
    labelled: Vec<String>,
    counts: &BTreeMap<String, VolumeCount>,
    containers: &[Container],
) -> Vec<ProjectVolume> {
    let mounted = containers.iter().flat_map(|container| {
        let of_engine = |kind| kind == MountKind::Volume;
        container
            .mounts
            .iter()
            .filter(move |mount| of_engine(mount.kind))
            .map(|mount| mount.source.clone())
    });
    let names: BTreeSet<String> = labelled.into_iter().chain(mounted).collect();
    let mut volumes: Vec<ProjectVolume> = names
        .into_iter()
        .map(|name| {
            let mounted_by: Vec<String> = containers
                .iter()
                .filter(|container| {
                    container
                        .mounts
                        .iter()
                        .any(|mount| mount.kind == MountKind::Volume && mount.source == name)
                })
                .map(|container| container.display_name().to_owned())
                .collect();
            let count = counts.get(&name);
            let counted = count
                .and_then(|count| count.references)
                .map(|count| count > 0);
            ProjectVolume {
                bytes: count.and_then(|count| count.bytes),
                is_referred_to: if mounted_by.is_empty() {
                    counted
                } else {
                    Some(true)
                },
                mounted_by,
                name,
            }
        })
        .collect();
    volumes.sort_by_key(|volume| std::cmp::Reverse(volume.bytes));
    volumes
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::fixtures;

    use super::*;

    #[test]
    fn a_volume_that_nothing_refers_to_is_told_from_one_that_is_mounted() {
        let counts = BTreeMap::from([(
            "shop_old".to_owned(),
            VolumeCount {
                bytes: Some(7),
                references: Some(0),
            },
        )]);
        let labelled = vec!["shop_old".to_owned(), "shop_unknown".to_owned()];
        let found = volumes(labelled, &counts, &fixtures::healthy().containers);
        let told: Vec<(&str, Option<bool>, usize)> = found
            .iter()
            .map(|volume| {
                (
                    volume.name.as_str(),
                    volume.is_referred_to,
                    volume.mounted_by.len(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("shop_old", Some(false), 0),
                ("shop_tempo-data", Some(true), 1),
                ("shop_unknown", None, 0),
            ]
        );
    }
}

//! What else a project keeps on the engine's disks.

use ptctl_diagnosis::{
    observed::Observed,
    snapshot::{ProjectVolume, Snapshot},
};

use super::size;
use crate::render::page::{Page, Tone, UNKNOWN};

/// So many logs are shown.
const LOGS: usize = 10;

/// The volumes and the logs.
pub(super) fn project(page: &mut Page, snapshot: &Snapshot) {
    match &snapshot.files.volumes {
        Some(Observed::Known(volumes)) if !volumes.is_empty() => {
            page.blank();
            page.table(["volume", "size", "mounted by"], &volumes_of(volumes));
        }
        Some(Observed::Unknown(gap)) => {
            page.blank();
            page.entry(
                "  volumes    ",
                Tone::Faint,
                &format!("unknown: {}", gap.reason),
            );
        }
        Some(Observed::Known(_)) | None => {}
    }
    logs(page, snapshot);
}

fn volumes_of(volumes: &[ProjectVolume]) -> Vec<[(String, Tone); 3]> {
    volumes
        .iter()
        .map(|volume| {
            let (mounted, tone) = match (volume.mounted_by.is_empty(), volume.is_referred_to) {
                (false, _) => (volume.mounted_by.join(", "), Tone::Plain),
                (true, Some(true)) => ("a container outside of this stack".to_owned(), Tone::Plain),
                (true, Some(false)) => ("nothing: an orphan".to_owned(), Tone::Doubtful),
                (true, None) => ("nothing of this stack".to_owned(), Tone::Doubtful),
            };
            [
                (volume.name.clone(), Tone::Strong),
                (known_size(volume.bytes), Tone::Plain),
                (mounted, tone),
            ]
        })
        .collect()
}

fn logs(page: &mut Page, snapshot: &Snapshot) {
    let mut logs: Vec<_> = snapshot
        .files
        .logs
        .iter()
        .filter_map(|log| Some((snapshot.container(&log.container)?, log)))
        .collect();
    if logs.is_empty() {
        return;
    }
    logs.sort_by_key(|(_, log)| std::cmp::Reverse(log.all.bytes));
    let rows: Vec<_> = logs
        .iter()
        .take(LOGS)
        .map(|(container, log)| {
            let limit = container
                .log_options
                .iter()
                .find(|(name, _)| name == "max-size");
            let (limit, tone) = match (limit, container.log_driver.as_str()) {
                (Some((_, size)), _) => (format!("{size} a file"), Tone::Plain),
                (None, "json-file") => ("none".to_owned(), Tone::Doubtful),
                (None, _) => ("the driver's own".to_owned(), Tone::Plain),
            };
            [
                (container.display_name().to_owned(), Tone::Strong),
                (size(log.all.bytes), Tone::Plain),
                (container.log_driver.clone(), Tone::Plain),
                (limit, tone),
            ]
        })
        .collect();
    page.blank();
    page.table(["log of", "size", "driver", "limit"], &rows);
}

fn known_size(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| UNKNOWN.to_owned(), size)
}

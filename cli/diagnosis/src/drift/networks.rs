//! Drift of the networks.

use super::{Comparison, Difference, Field, shown};
use crate::snapshot::ComposeNetworking;

pub(super) fn compare(comparison: &Comparison<'_>, differences: &mut Vec<Difference>) {
    let container = comparison.container;
    match &comparison.service.network {
        ComposeNetworking::Mode(mode) => {
            // `service:app` becomes a container's id.
            let plain = matches!(mode.value.as_deref(), Some("host" | "none" | "bridge"));
            let is_running = |written: &str| written == container.network_mode;
            if plain
                && let Some(changed_at) =
                    comparison.changed(mode, is_running, &container.network_mode)
            {
                differences.push(Difference {
                    field: Field::Networks,
                    written: shown(mode),
                    running: container.network_mode.clone(),
                    location: mode.location.clone(),
                    changed_at,
                });
            }
        }
        ComposeNetworking::Networks(networks) => {
            let running: Vec<&str> = container
                .attachments
                .iter()
                .map(|own| own.network.as_str())
                .collect();
            // One that somebody took off its networks by hand is another matter.
            if running.is_empty() || comparison.was_moved() {
                return;
            }
            let missing = networks.iter().find_map(|written| {
                let name = written.network.as_deref()?;
                (!running.contains(&name)).then_some((written, name))
            });
            if let Some((written, name)) = missing
                && let Some(changed_at) = comparison.written_since(&written.location)
            {
                differences.push(Difference {
                    field: Field::Networks,
                    written: name.to_owned(),
                    running: running.join(", "),
                    location: written.location.clone(),
                    changed_at,
                });
            }
        }
    }
}

//! What a restart does not apply: settings and images that came after a container was made.

use ptctl_diagnosis::{
    drift::{drift, newer_image},
    finding::Location,
    snapshot::{Container, Snapshot},
};
use serde::Serialize;

/// One thing in which a container differs from what Compose would make now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What differs: `` `OTEL_SERVICE_NAME` ``, `image`.
    pub field: String,
    /// What a new container would have, redacted.
    pub written: String,
    /// What this one has, redacted.
    pub running: String,
    /// Where the files say it.
    pub location: Option<Location>,
}

/// The changes that only a new container has; none where nobody knows.
pub(crate) fn changes(container: &Container, snapshot: &Snapshot) -> Vec<Change> {
    let mut changes: Vec<Change> = drift(container, snapshot)
        .unwrap_or_default()
        .into_iter()
        .map(|difference| Change {
            field: difference.field.to_string(),
            written: difference.written,
            running: difference.running,
            location: Some(difference.location),
        })
        .collect();
    let images = snapshot.images.known().map_or(&[][..], Vec::as_slice);
    if let Some(newer) = newer_image(container, images) {
        changes.push(Change {
            field: format!("image behind `{}`", container.image),
            written: newer.id.clone(),
            running: container.image_id.clone(),
            location: None,
        });
    }
    changes
}

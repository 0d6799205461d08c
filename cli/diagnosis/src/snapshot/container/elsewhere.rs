//! A container that is not part of a look.

use serde::{Deserialize, Serialize};

use super::{Attachment, PublishedPort, Role, Status};

/// A container of the same engine that is not part of this look: only what tells a wrong network from a wrong name, and
/// who has a port of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// Its name.
    pub name: String,
    /// Its Compose project.
    pub project: Option<String>,
    /// What it is to tracing.
    pub role: Role,
    /// The engine's one word for its state.
    pub status: Status,
    /// The networks that it is on.
    pub attachments: Vec<Attachment>,
    /// The TCP ports that it publishes on the host, or would.
    pub published_ports: Vec<PublishedPort>,
}

impl Elsewhere {
    /// Whether it answers to a name, on any of its networks.
    pub fn answers_to(&self, name: &str) -> bool {
        self.name == name
            || self
                .attachments
                .iter()
                .any(|attachment| attachment.answers_to(name))
    }

    /// The names of its networks.
    pub fn networks(&self) -> impl Iterator<Item = &str> {
        self.attachments
            .iter()
            .map(|attachment| attachment.network.as_str())
    }
}

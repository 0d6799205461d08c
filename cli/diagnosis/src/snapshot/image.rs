//! The image that a container was made from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::EnvironmentVariable;

/// An image of the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Its id: `sha256:…`.
    pub id: String,
    /// Its tags: `grafana/tempo:3.0.3`. None when a newer image took the tag over.
    pub tags: Vec<String>,
    /// Its digests, where it came from a registry: `grafana/tempo@sha256:…`.
    pub digests: Vec<String>,
    /// When it was built.
    pub created_at: Option<Timestamp>,
    /// Its operating system and architecture: `linux/amd64`.
    pub platform: String,
    /// Its `ENV`, secrets redacted.
    pub environment: Vec<EnvironmentVariable>,
    /// Its entrypoint.
    pub entrypoint: Vec<String>,
    /// Its command.
    pub command: Vec<String>,
    /// Its user: `10001:10001`; empty for root.
    pub user: String,
    /// Its labels, secrets redacted.
    pub labels: Vec<(String, String)>,
}

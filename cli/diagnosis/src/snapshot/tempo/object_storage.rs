//! An object storage that a backend keeps its blocks in.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// Where a backend keeps its blocks, where that is no disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectStorage {
    /// Tempo's word for its kind: `s3`, `gcs`, `azure`.
    pub kind: String,
    /// The endpoint as it is written: `garage:3900`; `None` where the kind has a default.
    pub endpoint: Option<String>,
    /// The bucket; of Azure the container.
    pub bucket: Option<String>,
    /// What stands before the name of every object; `None` where nothing does.
    pub prefix: Option<String>,
    /// How often the blocks are listed (`blocklist_poll`): what its metrics tell is up to that old.
    pub poll: Option<SignedDuration>,
}

/// How an object storage answered a backend since its start (`tempodb_backend_request_duration_seconds`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageAnswers {
    /// The HTTP status.
    pub status: u16,
    /// How many requests were answered so.
    pub count: u64,
}

impl StorageAnswers {
    /// Whether it refuses or fails; 404 is the usual answer where Tempo looks for what need not be there.
    pub fn is_refusal(&self) -> bool {
        self.status >= 400 && self.status != 404
    }
}

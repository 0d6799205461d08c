//! What a look changed.

use jiff::Timestamp;

use super::course::{Resolved, Standing};
use crate::finding::Severity;

/// One thing that is not as it was at the look before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When the look that shows it began.
    pub at: Timestamp,
    /// What it is.
    pub event: Event,
}

/// What may change from one look to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A finding that was not there.
    New(Standing),
    /// A finding is worse or less bad than it was.
    Changed {
        /// The finding.
        standing: Standing,
        /// How bad it was.
        before: Severity,
    },
    /// A finding is gone, and its check could look.
    Resolved(Resolved),
    /// A finding is not there, but what would show it can no longer be looked at.
    Unseen(Standing),
    /// A finding that could not be looked at stands as before.
    Seen {
        /// The finding.
        standing: Standing,
        /// Since when it could not be looked at.
        since: Timestamp,
    },
    /// Nothing can be looked at any more.
    Lost {
        /// Why.
        reason: String,
    },
    /// It can be looked again.
    Back {
        /// Since when it could not.
        since: Timestamp,
    },
}

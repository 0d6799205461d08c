//! How an interrupted program leaves: what it began on the engine is seen to its end first.

use std::{cell::Cell, time::Duration};

/// How long helper containers may take to be removed.
const USUAL: Duration = Duration::from_secs(3);

/// How long an interrupted program waits for what it began.
///
/// Some engines (23.0, and 24.0 before 24.0.7) give up a restart half-way when nobody waits for its answer any more, and
/// Compose ends where nobody reads its complaints.
#[derive(Debug, Default)]
pub struct Farewell {
    more: Cell<Option<Duration>>,
}

impl Farewell {
    /// From here on an interrupted program waits so long.
    pub(crate) fn lengthen(&self, length: Duration) {
        self.more.set(Some(length));
    }

    /// From here on it waits as ever.
    pub(crate) fn shorten(&self) {
        self.more.set(None);
    }

    /// How long it waits.
    pub(crate) fn length(&self) -> Duration {
        self.more.get().map_or(USUAL, |more| more.max(USUAL))
    }
}

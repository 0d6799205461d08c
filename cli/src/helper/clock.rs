//! The engine's clock. Deadlines of containers go by it, since machines that share an engine may differ by hours.

use jiff::{SignedDuration, Timestamp};

use crate::clients::{
    deadline::Deadline,
    docker::{Engine, EngineError},
};

/// What time it is on the engine's host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EngineClock {
    ahead: SignedDuration,
}

impl EngineClock {
    /// Asks for the time; `None` where the engine does not tell it.
    pub(super) async fn read(
        engine: &Engine,
        deadline: Deadline,
    ) -> Result<Option<Self>, EngineError> {
        let host = engine.host(deadline).await?;
        Ok(host.clock_offset.map(|ahead| Self { ahead }))
    }

    /// The time there now.
    pub(super) fn now(self) -> Timestamp {
        let here = Timestamp::now();
        here.checked_add(self.ahead).unwrap_or(here)
    }
}

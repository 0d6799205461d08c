//! Waiting for a condition, with a deadline.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::failure::Failure;

/// How often a condition is looked at.
const EVERY: Duration = Duration::from_millis(200);

/// What one look at a condition found.
pub(crate) enum Seen<T> {
    /// It holds.
    Yes(T),
    /// It does not hold yet; this is there instead.
    NotYet(String),
}

/// Looks again and again until the condition holds; an error of the look itself ends the wait.
pub(crate) async fn until<T>(
    what: impl Into<String>,
    within: Duration,
    mut look: impl AsyncFnMut() -> Result<Seen<T>, Failure>,
) -> Result<T, Failure> {
    let ends = Instant::now() + within;
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match look().await? {
            Seen::Yes(found) => return Ok(found),
            Seen::NotYet(last) if Instant::now() >= ends => {
                return Err(Failure::Awaited {
                    what: what.into(),
                    within,
                    last,
                });
            }
            Seen::NotYet(_) => {}
        }
    }
}

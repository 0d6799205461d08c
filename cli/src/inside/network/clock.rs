//! How long a rung took.

use ptctl_diagnosis::snapshot::Rung;
use tokio::time::Instant;

use super::untold::Untold;

/// Microseconds since a moment.
pub(super) fn micros(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// What a rung came to, with its time.
pub(super) async fn timed<T>(
    rung: impl Future<Output = Result<T, Untold>>,
) -> Result<Rung<T>, Untold> {
    let begun = Instant::now();
    let found = rung.await?;
    Ok(Rung {
        took_us: micros(begun),
        found,
    })
}

//! What the export needs to know, with the pauses that the environment does not set.

use std::time::Duration;

use crate::config::Otlp;

/// How the export works.
#[derive(Debug, Clone)]
pub(crate) struct ExportSettings {
    /// What the environment asks for.
    pub(crate) otlp: Otlp,
    /// The pauses between attempts to send a batch.
    pub(crate) backoff: Backoff,
}

impl ExportSettings {
    /// The settings that `otlp` and the usual pauses make.
    pub(crate) fn new(otlp: Otlp) -> Self {
        Self {
            otlp,
            backoff: Backoff::default(),
        }
    }
}

/// Growing pauses: each is half as long again as the one before, up to a limit, and up to a fifth
/// shorter or longer by chance, so that services that lost a backend together do not come back
/// to it together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Backoff {
    /// The next pause, before chance.
    pub(crate) next: Duration,
    /// The longest pause, before chance.
    pub(crate) longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            next: Duration::from_secs(1),
            longest: Duration::from_secs(5),
        }
    }
}

impl Backoff {
    /// The pause to make now.
    pub(crate) fn pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 3 / 2).min(self.longest);
        // A random id is as good a die as any: 0 to 1023, out of 128 bits.
        let chance = u32::try_from(uuid::Uuid::new_v4().as_u128() & 1023).unwrap_or(0);
        pause * (820 + chance * 2 / 5) / 1024
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_vary_by_a_fifth() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..8).map(|_| backoff.pause().as_secs_f64()).collect();
        for (pause, expected) in pauses
            .iter()
            .zip([1.0, 1.5, 2.25, 3.375, 5.0, 5.0, 5.0, 5.0])
        {
            assert!(
                (expected * 0.79..=expected * 1.21).contains(pause),
                "{pause} s is not about {expected} s"
            );
        }
    }
}

//! Percentiles of durations.

use serde::Serialize;

/// How long the fast, the slow and the slowest took, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Percentiles {
    /// Half of them took no longer.
    pub p50_ns: u64,
    /// 95 of 100 took no longer.
    pub p95_ns: u64,
    /// 99 of 100 took no longer.
    pub p99_ns: u64,
    /// The longest.
    pub longest_ns: u64,
}

impl Percentiles {
    /// Those of durations, the shortest first, each one that was measured (nearest rank); `None` where there are none.
    pub fn of(sorted: &[u64]) -> Option<Self> {
        let rank = |percent: usize| {
            let rank = (sorted.len() * percent).div_ceil(100);
            sorted.get(rank.saturating_sub(1)).copied()
        };
        Some(Self {
            p50_ns: rank(50)?,
            p95_ns: rank(95)?,
            p99_ns: rank(99)?,
            longest_ns: *sorted.last()?,
        })
    }

    /// Estimates of the 50th, the 95th and the 99th, none of which may be longer than the longest that was measured.
    pub fn bounded(estimates: [u64; 3], longest_ns: u64) -> Self {
        let [p50_ns, p95_ns, p99_ns] = estimates.map(|estimate| estimate.min(longest_ns));
        Self {
            p50_ns,
            p95_ns,
            p99_ns,
            longest_ns,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_percentile_is_a_duration_that_was_measured() {
        let hundred: Vec<u64> = (1..=100).collect();
        let of = |sorted: &[u64]| {
            Percentiles::of(sorted).map(|of| (of.p50_ns, of.p95_ns, of.p99_ns, of.longest_ns))
        };
        assert_eq!(of(&hundred), Some((50, 95, 99, 100)));
        assert_eq!(of(&[7]), Some((7, 7, 7, 7)));
        assert_eq!(of(&[1, 9]), Some((1, 9, 9, 9)));
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn an_estimate_is_never_longer_than_the_longest() {
        let bounded = Percentiles::bounded([8, 16, 32], 10);
        assert_eq!(
            (bounded.p50_ns, bounded.p99_ns, bounded.longest_ns),
            (8, 10, 10)
        );
    }

    /// The least duration that at least so many of a hundred do not exceed, by trying each.
    fn naive(durations: &[u64], percent: usize) -> Option<u64> {
        let candidates = durations.iter().copied();
        candidates
            .filter(|one| {
                let within = durations.iter().filter(|other| *other <= one).count();
                within * 100 >= durations.len() * percent
            })
            .min()
    }

    proptest! {
        #[test]
        fn percentiles_are_those_of_trying_every_duration(
            mut durations in proptest::collection::vec(0_u64..50, 1..200),
        ) {
            let (p50, p95, p99) = (naive(&durations, 50), naive(&durations, 95), naive(&durations, 99));
            durations.sort_unstable();
            let of = Percentiles::of(&durations).unwrap();
            prop_assert_eq!((Some(of.p50_ns), Some(of.p95_ns), Some(of.p99_ns)), (p50, p95, p99));
            prop_assert!(of.p50_ns <= of.p95_ns && of.p95_ns <= of.p99_ns && of.p99_ns <= of.longest_ns);
        }
    }
}

//! How likely the next trace of one route is sampled.
//!
//! A leaky bucket whose level, from 0 to 1, *is* that probability. Time fills it at the route's
//! share of the target; each trace, sampled or not, takes out what it is expected to cost, its own
//! probability. What is expected to be sampled within a time T is therefore never more than
//! `share × T + burst`, whatever the traces' pattern, and a route under steady load settles where
//! both flows are equal: at `share / load`.

use std::time::Duration;

/// A bucket that is full stands for this many traces at least: the more, the steadier the
/// probability under irregular load, and the more a sudden load costs.
const SMALLEST_BURST: f64 = 8.0;

/// And for its share of so much time where that is more.
const BURST: f64 = 1.0;

/// A trace that comes after so much quiet is sampled whatever the level is, so that no load makes
/// a rare route invisible. It costs one trace a minute for each route at most.
pub(super) const QUIET: Duration = Duration::from_mins(1);

/// For how many seconds a trace counts in the estimate of the load.
const MEMORY: f64 = 5.0;

/// A gap in which this many traces were to be expected shows that the load has fallen.
const SURPRISE: f64 = 3.0;

/// The bucket of one route.
#[derive(Debug)]
pub(super) struct Reservoir {
    /// The probability of the next trace.
    level: f64,
    /// When the last trace came; none has before the first.
    last: Option<Duration>,
    /// How many traces came, each weighing less the older it is.
    recent: f64,
}

impl Reservoir {
    /// The bucket of a route that nothing has come on yet.
    pub(super) const FULL: Self = Self {
        level: 1.0,
        last: None,
        recent: 0.0,
    };

    /// The probability of a trace that comes `now`, where time fills the bucket with `share`
    /// traces a second. Times count from any one moment.
    pub(super) fn draw(&mut self, share: f64, now: Duration) -> f64 {
        let burst = burst(share);
        let mut probability = 1.0;
        if let Some(last) = self.last {
            // Another thread may have looked at the clock earlier and come here later.
            let pause = now.saturating_sub(last);
            let seconds = pause.as_secs_f64();
            self.level = (self.level + share * seconds / burst).min(1.0);
            self.recent *= (-seconds / MEMORY).exp();
            if pause < QUIET {
                probability = self.level;
            }
        }
        self.level = (self.level - probability / burst).max(0.0);
        self.recent += 1.0;
        self.last = self.last.max(Some(now));
        probability
    }

    /// How many traces a second come, as far as the last seconds tell.
    pub(super) fn load(&self, now: Duration) -> f64 {
        let Some(last) = self.last else { return 0.0 };
        let seconds = now.saturating_sub(last).as_secs_f64();
        let remembered = self.recent * (-seconds / MEMORY).exp() / MEMORY;
        // A load that ceased must not keep others from its share until it is forgotten.
        remembered.min(SURPRISE / seconds)
    }
}

/// How many traces a full bucket stands for.
pub(super) fn burst(share: f64) -> f64 {
    (share * BURST).max(SMALLEST_BURST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn the_first_trace_is_certain_and_so_is_one_after_a_minute() {
        let mut reservoir = Reservoir::FULL;
        assert_eq!(
            reservoir.draw(0.001, seconds(0.0)).to_bits(),
            1f64.to_bits()
        );
        for step in 1..=1000 {
            reservoir.draw(0.001, seconds(f64::from(step) / 1000.0));
        }
        assert!(reservoir.draw(0.001, seconds(2.0)) < 0.01);
        let after = reservoir.draw(0.001, seconds(62.0));
        assert_eq!(after.to_bits(), 1f64.to_bits());
    }

    #[test]
    fn a_steady_load_settles_at_its_share() {
        let mut reservoir = Reservoir::FULL;
        let mut probability = 0.0;
        for step in 0..10_000 {
            probability = reservoir.draw(10.0, seconds(f64::from(step) / 400.0));
        }
        assert!((probability - 10.0 / 400.0).abs() < 1e-6, "{probability}");
    }

    #[test]
    fn a_load_below_the_share_is_taken_whole() {
        let mut reservoir = Reservoir::FULL;
        for step in 0..1000 {
            let probability = reservoir.draw(1.0, seconds(f64::from(step) * 1.01));
            assert!((probability - 1.0).abs() < 1e-9, "{probability}");
        }
    }

    #[test]
    fn a_load_that_ceased_is_not_believed_for_long() {
        let mut reservoir = Reservoir::FULL;
        for step in 0..10_000 {
            reservoir.draw(1.0, seconds(f64::from(step) / 1000.0));
        }
        let load = reservoir.load(seconds(10.0));
        assert!((500.0..=1000.0).contains(&load), "{load}");
        assert!(reservoir.load(seconds(11.0)) <= 3.1);
        assert!(reservoir.load(seconds(40.0)) <= 0.11);
    }

    proptest! {
        /// The law that everything rests on, for any pattern of traces.
        #[test]
        fn no_time_is_expected_to_cost_more_than_its_share_and_a_burst(
            share in 0.01..100.0f64,
            gaps in prop::collection::vec(prop_oneof![0.0..0.001f64, 0.0..1.0f64, 0.0..30.0f64], 1..300),
            from in 0usize..300,
        ) {
            let mut reservoir = Reservoir::FULL;
            let mut now = 0.0;
            let (mut begun, mut cost) = (None, 0.0);
            for (index, gap) in gaps.iter().enumerate() {
                now += gap;
                let probability = reservoir.draw(share, seconds(now));
                prop_assert!((0.0..=1.0).contains(&probability));
                if index >= from {
                    let start = *begun.get_or_insert(now);
                    cost += probability;
                    let bound = share * (now - start) + burst(share);
                    prop_assert!(cost <= bound + 1e-6, "{cost} > {bound}");
                }
            }
        }
    }
}

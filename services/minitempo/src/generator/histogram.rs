//! Durations counted in buckets.

use std::time::Duration;

/// Durations counted in buckets whose upper bounds are known elsewhere.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    /// How many are in each bucket and not in a smaller one, the unbounded one last; empty before the first.
    buckets: Box<[u64]>,
    sum: Duration,
}

impl Histogram {
    /// How many series a histogram with `bounds` is.
    pub(super) fn series(bounds: &[Duration]) -> u64 {
        bounds.len() as u64 + 3
    }

    pub(super) fn observe(&mut self, bounds: &[Duration], value: Duration) {
        if self.buckets.is_empty() {
            self.buckets = vec![0; bounds.len() + 1].into();
        }
        let bucket = bounds.partition_point(|bound| *bound < value);
        self.buckets[bucket] += 1;
        self.sum = self.sum.saturating_add(value);
    }

    /// How many are at most as long as each bound, the unbounded bucket last.
    pub(super) fn cumulative(&self) -> impl Iterator<Item = u64> {
        self.buckets.iter().scan(0, |total, count| {
            *total += count;
            Some(*total)
        })
    }

    pub(super) fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// In seconds.
    pub(super) fn sum(&self) -> f64 {
        self.sum.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_of_exactly_a_bound_is_in_its_bucket() {
        let bounds = [Duration::from_millis(2), Duration::from_millis(4)];
        let mut histogram = Histogram::default();
        for micros in [1, 2000, 2001, 4001] {
            histogram.observe(&bounds, Duration::from_micros(micros));
        }
        assert_eq!(histogram.cumulative().collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(histogram.count(), 4);
        assert!((histogram.sum() - 0.008_003).abs() < 1e-12);
    }
}

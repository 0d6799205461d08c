//! What a backend's blocks of the last days tell about the days to come.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use crate::snapshot::BlockStore;

/// One day.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Growth is the mean of so many whole days.
const LOOKED_BACK: i64 = 7;
/// Nothing is said about a store that holds less than this.
const LEAST: SignedDuration = SignedDuration::from_hours(1);
/// Blocks that are this much past their retention tell that it does not work: they hold up to some hours, are marked
/// in a cycle of up to an hour, and go an hour after being marked.
pub const RETENTION_SLACK: SignedDuration = SignedDuration::from_hours(24);

/// How fast a store grows while nothing is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Growth {
    /// Bytes a day.
    pub bytes_a_day: u64,
    /// What that was worked out from.
    pub basis: Basis,
}

/// What a growth was worked out from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// So many whole days, the last ones before today.
    Days(u32),
    /// All that is stored, since it is less than that; so long it is.
    Part(SignedDuration),
}

impl Growth {
    /// The growth of a store; `None` where it holds too little to tell.
    pub fn of(store: &BlockStore, now: Timestamp) -> Option<Self> {
        let start = store.live.start?;
        let today = day_of(now);
        let first = day_of(start);
        // Its first day may be cut by the retention, and today is not over.
        let days: Vec<Date> = (1..=LOOKED_BACK)
            .filter_map(|ago| today.checked_sub(jiff::Span::new().days(ago)).ok())
            .filter(|day| *day > first)
            .collect();
        if let Some(count) = u32::try_from(days.len()).ok().filter(|count| *count > 0) {
            let bytes = store
                .days
                .iter()
                .filter(|of| days.contains(&of.day))
                .fold(0_u64, |sum, of| sum.saturating_add(of.bytes));
            return Some(Self {
                bytes_a_day: bytes / u64::from(count),
                basis: Basis::Days(count),
            });
        }
        let held = now.duration_since(start);
        (held >= LEAST).then(|| Self {
            bytes_a_day: scaled(store.live.bytes, DAY, held),
            basis: Basis::Part(held),
        })
    }

    /// How long until a store with this growth fills the room that is left; `None` where it never does.
    pub fn full_in(
        self,
        store: &BlockStore,
        free: u64,
        retention: Option<SignedDuration>,
        now: Timestamp,
    ) -> Option<SignedDuration> {
        if self.bytes_a_day == 0 {
            return None;
        }
        let until = SignedDuration::from_secs(
            i64::try_from(u128::from(free) * 86_400 / u128::from(self.bytes_a_day))
                .unwrap_or(i64::MAX),
        );
        match self.level(store, retention, now) {
            Some(level) if level.saturating_sub(store.live.bytes) <= free => None,
            Some(_) | None => Some(until),
        }
    }

    /// The bytes at which a store with this growth stays once blocks are deleted as fast as they come; `None` where
    /// none are deleted.
    pub fn level(
        self,
        store: &BlockStore,
        retention: Option<SignedDuration>,
        now: Timestamp,
    ) -> Option<u64> {
        let retention = retention.filter(SignedDuration::is_positive)?;
        let is_kept_too_long = store
            .first_end
            .is_some_and(|end| now.duration_since(end) > retention.saturating_add(RETENTION_SLACK));
        (!is_kept_too_long).then(|| scaled(self.bytes_a_day, retention, DAY))
    }
}

/// The bytes that a store holds of the time before a moment, with a block's bytes spread evenly over its time; `None`
/// where the moment lies before the days that are told one by one.
pub fn bytes_before(store: &BlockStore, moment: Timestamp) -> Option<u64> {
    let (start, end) = (store.live.start?, store.live.end?);
    if moment <= start {
        return Some(0);
    }
    let day = day_of(moment);
    let first = store.days.first()?.day;
    if day < first {
        return (store.bytes_before == 0).then_some(0);
    }
    let mut bytes = store.bytes_before;
    for of in &store.days {
        if of.day < day {
            bytes = bytes.saturating_add(of.bytes);
        } else if of.day == day {
            let begin = midnight(day)?.max(start);
            let over = midnight(day.tomorrow().ok()?)?.min(end).max(begin);
            let part = moment.min(over).duration_since(begin);
            bytes = bytes.saturating_add(scaled(of.bytes, part, over.duration_since(begin)));
        }
    }
    Some(bytes)
}

fn day_of(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

fn midnight(day: Date) -> Option<Timestamp> {
    let zoned = day.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}

/// `bytes` of a time of `whole`, for a time of `part`.
fn scaled(bytes: u64, part: SignedDuration, whole: SignedDuration) -> u64 {
    let seconds = |length: SignedDuration| u128::try_from(length.as_secs()).unwrap_or(0);
    let scaled = u128::from(bytes) * seconds(part) / seconds(whole).max(1);
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{ago, now, steady_store};

    const GIB: u64 = 1 << 30;

    #[test]
    fn growth_is_the_mean_of_the_whole_days_and_leaves_out_the_first_and_today() {
        let mut store = steady_store(5, GIB);
        store.days[0].bytes = 7;
        let growth = Growth::of(&store, now()).unwrap();
        assert_eq!(growth.bytes_a_day, GIB);
        assert_eq!(growth.basis, Basis::Days(4));
    }

    #[test]
    fn a_store_of_some_hours_is_scaled_to_a_day_and_a_younger_one_tells_nothing() {
        let mut store = steady_store(1, GIB);
        store.live.start = Some(ago(6 * 3_600));
        let growth = Growth::of(&store, now()).unwrap();
        assert_eq!(growth.bytes_a_day, 4 * GIB);
        assert_eq!(growth.basis, Basis::Part(SignedDuration::from_hours(6)));
        store.live.start = Some(ago(600));
        assert_eq!(Growth::of(&store, now()), None);
    }

    #[test]
    fn a_store_fills_its_disk_unless_its_retention_holds_it_before() {
        let store = steady_store(5, GIB);
        let growth = Growth::of(&store, now()).unwrap();
        let week = Some(SignedDuration::from_hours(168));
        let day = SignedDuration::from_hours(24);
        // Two more days of growth until the week is full.
        assert_eq!(growth.full_in(&store, 3 * GIB, week, now()), None);
        assert_eq!(growth.level(&store, week, now()), Some(7 * GIB));
        assert_eq!(growth.full_in(&store, GIB, week, now()), Some(day));
        assert_eq!(growth.full_in(&store, 3 * GIB, None, now()), Some(day * 3));
        // What should have been deleted long ago tells that nothing is.
        let short = Some(SignedDuration::from_hours(24));
        assert_eq!(growth.level(&store, short, now()), None);
        assert_eq!(growth.full_in(&store, 3 * GIB, short, now()), Some(day * 3));
    }

    #[test]
    fn a_shorter_retention_frees_the_days_before_it() {
        let store = steady_store(4, GIB);
        let cut = |hours| bytes_before(&store, now() - SignedDuration::from_hours(hours));
        assert_eq!(cut(200), Some(0));
        // Midnight is 8 h before `now`, and the last day told is yesterday.
        assert_eq!(cut(8), Some(4 * GIB));
        assert_eq!(cut(32), Some(3 * GIB));
        assert_eq!(cut(20), Some(3 * GIB + GIB / 2));
    }
}

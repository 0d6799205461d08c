//! Adding up the blocks of one backend.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use ptctl_diagnosis::snapshot::{BlockStore, BlockTotals, DayTotals, LevelTotals, TenantTotals};

use super::{
    block::{Block, BlockState},
    description::Description,
};

/// So many days are told one by one.
const DAYS: i64 = 90;
/// So many tenants are told.
const TENANTS_TOLD: usize = 100;
/// So many tenants are told apart.
const TENANTS_KNOWN: usize = 10_000;
/// Levels above are counted as this one: Tempo stops at four.
const HIGHEST_LEVEL: u32 = 99;

/// The blocks of one backend so far.
#[derive(Debug)]
pub(super) struct Tally {
    now: Timestamp,
    store: BlockStore,
    days: BTreeMap<Date, u64>,
    levels: BTreeMap<u32, LevelTotals>,
    tenants: BTreeMap<String, TenantTotals>,
    tenants_left_out: u64,
}

impl Tally {
    /// Nothing yet.
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            now,
            store: BlockStore::default(),
            days: BTreeMap::new(),
            levels: BTreeMap::new(),
            tenants: BTreeMap::new(),
            tenants_left_out: 0,
        }
    }

    /// Whether it has any block.
    pub(super) fn is_empty(&self) -> bool {
        let store = &self.store;
        [
            store.live,
            store.compacted,
            store.orphaned,
            store.unfinished,
            store.undescribed,
        ]
        .iter()
        .all(|totals| totals.blocks == 0)
    }

    /// Counts a block of Tempo.
    pub(super) fn block(&mut self, tenant: &str, block: &Block) {
        let bytes = block.all.bytes;
        let (first, last) = block.written.unwrap_or((self.now, self.now));
        let written = BlockTotals {
            blocks: 1,
            bytes,
            objects: None,
            start: Some(first),
            end: Some(last),
        };
        match &block.state {
            BlockState::Live(description) => {
                let (start, end) = description.span(last, self.now);
                let one = BlockTotals {
                    blocks: 1,
                    bytes,
                    objects: Some(description.objects),
                    start: Some(start),
                    end: Some(end),
                };
                self.live(one, start, end);
                let level = description.level.min(HIGHEST_LEVEL);
                let of_level = self.levels.entry(level).or_insert(LevelTotals {
                    level,
                    blocks: 0,
                    bytes: 0,
                });
                of_level.blocks += 1;
                of_level.bytes = of_level.bytes.saturating_add(bytes);
                if let Some(tenant) = self.tenant(tenant) {
                    add(&mut tenant.live, one);
                }
            }
            BlockState::Undescribed(_) => add(&mut self.store.undescribed, written),
            BlockState::Compacted => {
                add(&mut self.store.compacted, written);
                if let Some(tenant) = self.tenant(tenant) {
                    add(&mut tenant.compacted, written);
                }
            }
            BlockState::Bare if self.now.duration_since(last) > Description::SETTLED => {
                add(&mut self.store.orphaned, written);
            }
            BlockState::Bare => add(&mut self.store.unfinished, written),
        }
    }

    /// Counts a block whose spans arrived between two moments, all tenants in one.
    pub(super) fn period(&mut self, bytes: u64, start: Timestamp, end: Timestamp) {
        let end = end.min(self.now);
        let start = start.min(end);
        let one = BlockTotals {
            blocks: 1,
            bytes,
            objects: None,
            start: Some(start),
            end: Some(end),
        };
        self.live(one, start, end);
    }

    /// Counts a block that nobody reads.
    pub(super) fn set_aside(&mut self, bytes: u64, written_at: Timestamp) {
        let one = BlockTotals {
            blocks: 1,
            bytes,
            objects: None,
            start: Some(written_at),
            end: Some(written_at),
        };
        add(&mut self.store.orphaned, one);
    }

    /// All of it.
    pub(super) fn finish(mut self) -> BlockStore {
        self.store.days = self
            .days
            .into_iter()
            .filter(|(_, bytes)| *bytes > 0)
            .map(|(day, bytes)| DayTotals { day, bytes })
            .collect();
        self.store.levels = self.levels.into_values().collect();
        let known = u64::try_from(self.tenants.len()).unwrap_or(u64::MAX);
        self.store.tenants_in_all = known.saturating_add(self.tenants_left_out);
        let mut tenants: Vec<TenantTotals> = self.tenants.into_values().collect();
        tenants.sort_by(|one, other| {
            let bytes = |tenant: &TenantTotals| (tenant.live.bytes, tenant.compacted.bytes);
            bytes(other)
                .cmp(&bytes(one))
                .then_with(|| one.name.cmp(&other.name))
        });
        tenants.truncate(TENANTS_TOLD);
        self.store.tenants = tenants;
        self.store
    }

    fn live(&mut self, one: BlockTotals, start: Timestamp, end: Timestamp) {
        add(&mut self.store.live, one);
        let first = self.store.first_end.map_or(end, |first| first.min(end));
        self.store.first_end = Some(first);
        self.spread(one.bytes, start, end);
    }

    /// Spreads a block's bytes evenly over the days that it covers.
    fn spread(&mut self, bytes: u64, start: Timestamp, end: Timestamp) {
        let day_of = |at: Timestamp| TimeZone::UTC.to_datetime(at).date();
        let today = day_of(self.now);
        let Some(first_day) = today.checked_sub(jiff::Span::new().days(DAYS - 1)).ok() else {
            return;
        };
        let whole = u128::try_from(end.duration_since(start).as_nanos()).unwrap_or(0);
        let mut left = bytes;
        let mut from = start;
        // What lies before the days that are told.
        if let Ok(begin) = first_day.to_zoned(TimeZone::UTC).map(|day| day.timestamp())
            && from < begin
        {
            let share = share(bytes, begin.min(end).duration_since(from), whole);
            self.store.bytes_before = self.store.bytes_before.saturating_add(share);
            left = left.saturating_sub(share);
            if end < begin {
                return;
            }
            from = begin;
        }
        loop {
            let day = day_of(from);
            let next = day
                .tomorrow()
                .ok()
                .and_then(|day| day.to_zoned(TimeZone::UTC).ok())
                .map(|day| day.timestamp());
            let total = self.days.entry(day).or_default();
            match next.filter(|next| *next < end) {
                Some(next) => {
                    let share = share(bytes, next.duration_since(from), whole).min(left);
                    *total = total.saturating_add(share);
                    left -= share;
                    from = next;
                }
                None => {
                    *total = total.saturating_add(left);
                    return;
                }
            }
        }
    }

    fn tenant(&mut self, name: &str) -> Option<&mut TenantTotals> {
        if !self.tenants.contains_key(name) && self.tenants.len() >= TENANTS_KNOWN {
            self.tenants_left_out += 1;
            return None;
        }
        Some(
            self.tenants
                .entry(name.to_owned())
                .or_insert_with(|| TenantTotals {
                    name: name.to_owned(),
                    ..TenantTotals::default()
                }),
        )
    }
}

/// The part of `bytes` that falls into `part` of a time of `whole` nanoseconds.
fn share(bytes: u64, part: SignedDuration, whole: u128) -> u64 {
    let part = u128::try_from(part.as_nanos()).unwrap_or(0);
    // A block of a single moment lies where it lies.
    if whole == 0 || part >= whole {
        return bytes;
    }
    u64::try_from(u128::from(bytes).saturating_mul(part) / whole).unwrap_or(bytes)
}

fn add(totals: &mut BlockTotals, one: BlockTotals) {
    totals.blocks += one.blocks;
    totals.bytes = totals.bytes.saturating_add(one.bytes);
    totals.objects = match (totals.objects, one.objects) {
        (Some(sum), Some(more)) => Some(sum.saturating_add(more)),
        (sum, more) => sum.or(more),
    };
    totals.start = earlier(totals.start, one.start);
    totals.end = totals.end.max(one.end);
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

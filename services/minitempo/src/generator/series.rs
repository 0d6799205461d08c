//! Values by their labels: bounded in number, and forgotten when nothing is added for long.

use std::collections::HashMap;
use std::time::Instant;

/// The labels of everything that is over the bound, as in Tempo.
const OVERFLOW: &str = "metric_overflow=\"true\"";

/// How many series a tenant may have, and what became of them.
#[derive(Debug)]
pub(super) struct Budget {
    /// Zero is no bound.
    pub(super) max: u64,
    pub(super) active: u64,
    pub(super) added: u64,
    pub(super) removed: u64,
    /// Series that were not made, counted at each time one would have been.
    pub(super) limited: u64,
}

impl Budget {
    pub(super) fn new(max: u64) -> Self {
        Self {
            max,
            active: 0,
            added: 0,
            removed: 0,
            limited: 0,
        }
    }

    fn spend(&mut self, series: u64) -> Decision {
        if self.max > 0 && self.active + series > self.max {
            self.limited += series;
            return Decision::Overflow;
        }
        self.active += series;
        self.added += series;
        Decision::Add
    }

    fn give_back(&mut self, series: u64) {
        self.active -= series;
        self.removed += series;
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Decision {
    Add,
    Overflow,
}

/// A value and when it was begun and last added to.
#[derive(Debug)]
pub(super) struct Timed<V> {
    pub(super) value: V,
    pub(super) begun: Instant,
    touched: Instant,
}

/// Values by their labels, in the text format.
#[derive(Debug)]
pub(super) struct SeriesByLabels<V> {
    by_labels: HashMap<Box<str>, Timed<V>>,
    /// The labels of what is over the bound.
    overflow: Box<str>,
    /// How many series one value is.
    weight: u64,
}

impl<V: Default> SeriesByLabels<V> {
    /// `constant` are the labels that all have, in the text format.
    pub(super) fn new(constant: &str, weight: u64) -> Self {
        let comma = if constant.is_empty() { "" } else { "," };
        Self {
            by_labels: HashMap::new(),
            overflow: format!("{constant}{comma}{OVERFLOW}").into(),
            weight,
        }
    }

    /// Adds to the value with these labels, or to the common one if there may be no further.
    pub(super) fn update(
        &mut self,
        labels: &str,
        budget: &mut Budget,
        now: Instant,
        add: impl FnOnce(&mut V),
    ) {
        if let Some(known) = self.by_labels.get_mut(labels) {
            known.touched = now;
            add(&mut known.value);
            return;
        }
        let labels = match budget.spend(self.weight) {
            Decision::Add => labels.into(),
            Decision::Overflow => self.overflow.clone(),
        };
        let timed = self.by_labels.entry(labels).or_insert_with(|| Timed {
            value: V::default(),
            begun: now,
            touched: now,
        });
        timed.touched = now;
        add(&mut timed.value);
    }

    /// Forgets what nothing was added to since `oldest`.
    pub(super) fn forget(&mut self, oldest: Instant, budget: &mut Budget) {
        let (overflow, weight) = (&self.overflow, self.weight);
        self.by_labels.retain(|labels, timed| {
            let stays = timed.touched >= oldest;
            if !stays && labels != overflow {
                budget.give_back(weight);
            }
            stays
        });
    }

    /// All of them in the order of their labels.
    pub(super) fn sorted(&self) -> Vec<(&str, &Timed<V>)> {
        let mut all: Vec<_> = self
            .by_labels
            .iter()
            .map(|(labels, timed)| (&**labels, timed))
            .collect();
        all.sort_unstable_by_key(|(labels, _)| *labels);
        all
    }
}

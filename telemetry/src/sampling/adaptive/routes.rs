//! The routes of a service, and what share of the target each gets.
//!
//! Shares are fair as water finds its level: routes with less load than the share are sampled
//! whole, and what they leave is the same for each of the others. The loads are looked at ten
//! times a second, by whichever thread comes by.
//!
//! Nothing here grows: a table of fixed size holds routes by a hash of their name, is read without
//! a lock, and each route has one of its own, held for some ten nanoseconds.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::reservoir::Reservoir;
use super::target::TracesPerSecond;

/// So many routes are told apart; the rest share one bucket.
pub(super) const MOST_ROUTES: usize = 128;

/// Twice as many, so that a search soon meets an empty one.
const SLOTS: usize = 2 * MOST_ROUTES;

/// How long a share holds before the loads are looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// All routes.
#[derive(Debug)]
pub(super) struct Routes {
    target: TracesPerSecond,
    hashing: RandomState,
    slots: Box<[OnceLock<Route>]>,
    taken: AtomicUsize,
    rest: Mutex<Reservoir>,
    /// The share of each route that has more load, in traces a second: the bits of an `f64`.
    share: AtomicU64,
    /// When the loads are looked at again, in nanoseconds.
    look_again: AtomicU64,
}

/// One route. A hash stands for its name, so that long names take no memory.
#[derive(Debug)]
struct Route {
    hash: u64,
    reservoir: Mutex<Reservoir>,
}

impl Routes {
    /// No routes yet.
    pub(super) fn new(target: TracesPerSecond) -> Self {
        Self {
            target,
            hashing: RandomState::new(),
            slots: (0..SLOTS).map(|_| OnceLock::new()).collect(),
            taken: AtomicUsize::new(0),
            rest: Mutex::new(Reservoir::FULL),
            share: AtomicU64::new(target.get().to_bits()),
            look_again: AtomicU64::new(0),
        }
    }

    /// The probability of a trace that comes on `route` now. Times count from any one moment.
    pub(super) fn draw(&self, route: &str, now: Duration) -> f64 {
        self.look(now);
        let share = f64::from_bits(self.share.load(Ordering::Relaxed));
        lock(self.bucket(route)).draw(share, now)
    }

    fn bucket(&self, route: &str) -> &Mutex<Reservoir> {
        let hash = self.hashing.hash_one(route);
        let first = usize::try_from(hash % SLOTS as u64).unwrap_or(0);
        let (after, before) = (&self.slots[first..], &self.slots[..first]);
        for slot in after.iter().chain(before) {
            let route = match slot.get() {
                Some(route) => route,
                None if self.may_take_one() => {
                    let mut fresh = false;
                    let route = slot.get_or_init(|| {
                        fresh = true;
                        Route {
                            hash,
                            reservoir: Mutex::new(Reservoir::FULL),
                        }
                    });
                    if !fresh {
                        self.taken.fetch_sub(1, Ordering::Relaxed);
                    }
                    route
                }
                None => return &self.rest,
            };
            if route.hash == hash {
                return &route.reservoir;
            }
        }
        &self.rest
    }

    /// Counts one more route, unless there are enough.
    fn may_take_one(&self) -> bool {
        self.taken
            .try_update(Ordering::Relaxed, Ordering::Relaxed, |taken| {
                (taken < MOST_ROUTES).then_some(taken + 1)
            })
            .is_ok()
    }

    /// Looks at the loads and shares the target out anew, when it is time to.
    fn look(&self, now: Duration) {
        let now_nanos = nanoseconds(now);
        let due = self.look_again.load(Ordering::Relaxed);
        if now_nanos < due {
            return;
        }
        let next = now_nanos.saturating_add(nanoseconds(LOOK_AGAIN));
        let mine =
            self.look_again
                .compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed);
        if mine.is_err() {
            return;
        }
        let mut loads = Vec::with_capacity(MOST_ROUTES + 1);
        let routes = self.slots.iter().filter_map(OnceLock::get);
        loads.extend(routes.map(|route| lock(&route.reservoir).load(now)));
        loads.push(lock(&self.rest).load(now));
        let share = fair_share(self.target.get(), &mut loads);
        self.share.store(share.to_bits(), Ordering::Relaxed);
    }

    /// How many routes are told apart.
    #[cfg(test)]
    pub(super) fn told_apart(&self) -> usize {
        self.slots.iter().filter_map(OnceLock::get).count()
    }
}

/// The most that any one load may have of `whole` so that all together have no more than that.
fn fair_share(whole: f64, loads: &mut [f64]) -> f64 {
    loads.sort_unstable_by(f64::total_cmp);
    let mut left = whole;
    let mut sharing = loads.len();
    for &load in &*loads {
        #[expect(clippy::cast_precision_loss, reason = "there are 129 at most")]
        let share = left / sharing as f64;
        if load > share {
            return share;
        }
        left -= load;
        sharing -= 1;
    }
    // All can be had whole. A route that gets busy is not held up until the next look.
    whole
}

fn lock(reservoir: &Mutex<Reservoir>) -> MutexGuard<'_, Reservoir> {
    reservoir.lock().unwrap_or_else(PoisonError::into_inner)
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn routes(target: f64) -> Routes {
        Routes::new(TracesPerSecond::new(target).expect("above 0"))
    }

    #[test]
    fn routes_beyond_the_bound_share_one_bucket() {
        let routes = routes(1.0);
        let mut whole = 0;
        for number in 0..10_000 {
            let probability = routes.draw(&format!("GET /{number}"), Duration::ZERO);
            whole += usize::from(probability >= 1.0);
        }
        assert_eq!(routes.told_apart(), MOST_ROUTES);
        assert_eq!(
            whole,
            MOST_ROUTES + 1,
            "each is certain, and so is the first of the rest"
        );
    }

    #[test]
    fn threads_that_meet_a_route_at_once_make_it_once() {
        let routes = routes(1.0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for number in 0..100 {
                        routes.draw(&format!("GET /{number}"), Duration::ZERO);
                    }
                });
            }
        });
        assert_eq!(routes.told_apart(), 100);
        assert_eq!(routes.taken.load(Ordering::Relaxed), 100);
    }

    #[test]
    fn small_loads_are_had_whole_and_large_ones_share_what_is_left() {
        let share = |loads: &[f64]| fair_share(10.0, &mut loads.to_vec());
        assert!((share(&[1.0, 100.0, 50.0]) - 4.5).abs() < 1e-9);
        assert!((share(&[100.0]) - 10.0).abs() < 1e-9);
        assert!((share(&[1.0, 2.0, 3.0]) - 10.0).abs() < 1e-9);
        assert!((share(&[]) - 10.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn what_all_may_have_is_the_whole_and_no_more(
            whole in 0.1..1000.0f64,
            loads in prop::collection::vec(0.0..1000.0f64, 1..129),
        ) {
            let share = fair_share(whole, &mut loads.clone());
            let had: f64 = loads.iter().map(|load| load.min(share)).sum();
            let wanted = loads.iter().sum::<f64>().min(whole);
            prop_assert!((had - wanted).abs() < 1e-6 * whole, "{had} of {wanted}");
        }
    }
}

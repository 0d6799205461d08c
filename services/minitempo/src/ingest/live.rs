//! The traces that are growing: how many a tenant has at a time, and how large each has become.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::limits::Limits;
use crate::ids::{TenantId, TraceId};

/// How long after its last span a trace counts as growing (Tempo's `live_store.max_trace_idle`).
const IDLE: Duration = Duration::from_secs(5);

/// What becomes of a fragment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    Admitted,
    /// The tenant has as many growing traces as it may.
    TooManyTraces,
    /// The trace would have `total` bytes.
    TraceTooLarge {
        total: u64,
    },
}

/// The growing traces of all tenants.
#[derive(Debug)]
pub(crate) struct LiveTraces {
    max_traces: usize,
    max_bytes: u64,
    tenants: Mutex<HashMap<TenantId, Growing>>,
}

#[derive(Debug, Default)]
struct Growing {
    traces: HashMap<TraceId, Live>,
    created: u64,
}

#[derive(Debug)]
struct Live {
    touched: Instant,
    bytes: u64,
}

/// How many traces a tenant has that are growing, for `/metrics`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LiveCount {
    pub(crate) tenant: TenantId,
    pub(crate) traces: usize,
    pub(crate) bytes: u64,
    pub(crate) created: u64,
}

impl LiveTraces {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            max_traces: limits.max_traces_per_user,
            max_bytes: limits.max_bytes_per_trace,
            tenants: Mutex::new(HashMap::new()),
        }
    }

    /// The most bytes that a trace may have; zero is no limit.
    pub(crate) fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    /// Decides about `bytes` more of a trace; `stored` tells what is on disk of one that is not known to be growing.
    pub(crate) fn admit(
        &self,
        tenant: &TenantId,
        trace_id: TraceId,
        bytes: u64,
        now: Instant,
        stored: impl FnOnce() -> u64,
    ) -> Admission {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let growing = tenants.entry(tenant.clone()).or_default();
        let known = growing
            .traces
            .get(&trace_id)
            .filter(|live| is_growing(live, now))
            .map(|live| live.bytes);
        if known.is_none() && self.max_traces > 0 && growing.traces.len() >= self.max_traces {
            growing.traces.retain(|_, live| is_growing(live, now));
            if growing.traces.len() >= self.max_traces {
                return Admission::TooManyTraces;
            }
        }
        let total = known.unwrap_or_else(stored) + bytes;
        if self.max_bytes > 0 && total > self.max_bytes {
            return Admission::TraceTooLarge { total };
        }
        if known.is_none() {
            growing.created += 1;
        }
        growing.traces.insert(
            trace_id,
            Live {
                touched: now,
                bytes: total,
            },
        );
        Admission::Admitted
    }

    /// The counts of all tenants, after forgetting traces that no longer grow.
    pub(crate) fn counts(&self, now: Instant) -> Vec<LiveCount> {
        self.forget_idle(now);
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants
            .iter()
            .map(|(tenant, growing)| LiveCount {
                tenant: tenant.clone(),
                traces: growing.traces.len(),
                bytes: growing.traces.values().map(|live| live.bytes).sum(),
                created: growing.created,
            })
            .collect()
    }

    /// Forgets traces that no longer grow, so that they take no memory where nobody reads `/metrics`.
    pub(crate) fn forget_idle(&self, now: Instant) {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        for growing in tenants.values_mut() {
            growing.traces.retain(|_, live| is_growing(live, now));
        }
    }
}

fn is_growing(live: &Live, now: Instant) -> bool {
    now.duration_since(live.touched) < IDLE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(max_traces: usize, max_bytes: u64) -> LiveTraces {
        LiveTraces::new(&Limits {
            max_traces_per_user: max_traces,
            max_bytes_per_trace: max_bytes,
            ..Limits::default()
        })
    }

    fn id(number: u8) -> TraceId {
        TraceId::from_bytes(&[number; 16]).expect("not zero")
    }

    #[test]
    fn a_new_trace_above_the_count_is_dropped_until_an_old_one_is_idle() {
        let live = live(2, 0);
        let tenant = TenantId::single();
        let start = Instant::now();
        let admit = |number, now| live.admit(&tenant, id(number), 10, now, || 0);
        assert_eq!(admit(1, start), Admission::Admitted);
        assert_eq!(admit(2, start), Admission::Admitted);
        assert_eq!(admit(3, start), Admission::TooManyTraces);
        assert_eq!(admit(1, start), Admission::Admitted);
        assert_eq!(admit(3, start + IDLE), Admission::Admitted);
        assert_eq!(live.counts(start + IDLE)[0].created, 3);
    }

    #[test]
    fn an_idle_trace_is_forgotten_without_a_limit_and_without_a_look_at_the_metrics() {
        let live = live(0, 0);
        let tenant = TenantId::single();
        let start = Instant::now();
        let held = || live.tenants.lock().expect("no panic")[&tenant].traces.len();
        live.admit(&tenant, id(1), 10, start, || 0);
        live.admit(&tenant, id(2), 10, start + IDLE / 2, || 0);
        live.forget_idle(start + IDLE / 2);
        assert_eq!(held(), 2);
        live.forget_idle(start + IDLE);
        assert_eq!(held(), 1);
    }

    #[test]
    fn a_trace_is_measured_over_all_its_requests_and_what_is_on_disk() {
        let live = live(0, 100);
        let tenant = TenantId::single();
        let now = Instant::now();
        let admit = |bytes| live.admit(&tenant, id(1), bytes, now, || 50);
        assert_eq!(admit(40), Admission::Admitted);
        assert_eq!(admit(20), Admission::TraceTooLarge { total: 110 });
        assert_eq!(admit(10), Admission::Admitted);
    }
}

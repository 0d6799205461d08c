//! What a tenant may send: a token bucket for bytes, as Go's `rate.Limiter` counts them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::refusal::Refusal;
use crate::ids::TenantId;

/// The limits that hold for every tenant. The defaults are Tempo 3.0's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes a second that a tenant may send for long.
    pub ingestion_rate: u64,
    /// Bytes that a tenant may send at once.
    pub ingestion_burst: u64,
    /// How many traces of a tenant may be growing at the same time; zero is no limit.
    pub max_traces_per_user: usize,
    /// How many bytes of one trace are stored; zero is no limit.
    pub max_bytes_per_trace: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            ingestion_rate: 30_000_000,
            ingestion_burst: 30_000_000,
            max_traces_per_user: 10_000,
            max_bytes_per_trace: 5_000_000,
        }
    }
}

/// The byte budgets of all tenants.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    rate: u64,
    burst: u64,
    buckets: Mutex<HashMap<TenantId, Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl RateLimiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            rate: limits.ingestion_rate,
            burst: limits.ingestion_burst,
            buckets: Mutex::new(HashMap::new()),
        }
    }

    /// Takes `size` bytes from the tenant's budget, or refuses the request with its `spans`.
    pub(crate) fn admit(
        &self,
        tenant: &TenantId,
        size: usize,
        spans: u64,
        now: Instant,
    ) -> Result<(), Refusal> {
        let (rate, burst) = (self.rate, self.burst);
        if size as u64 > burst {
            return Err(Refusal::BatchAboveBurst {
                size,
                rate,
                burst,
                tenant: tenant.clone(),
                spans,
            });
        }
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(tenant.clone()).or_insert(Bucket {
            tokens: exact(burst),
            filled: now,
        });
        let earned = now.duration_since(bucket.filled).as_secs_f64() * exact(rate);
        bucket.tokens = (bucket.tokens + earned).min(exact(burst));
        bucket.filled = now;
        let wanted = exact(size as u64);
        if wanted > bucket.tokens {
            return Err(Refusal::RateExceeded {
                size,
                rate,
                burst,
                tenant: tenant.clone(),
                spans,
            });
        }
        bucket.tokens -= wanted;
        Ok(())
    }
}

/// A number of bytes for a budget; above 2^53 the last digits do not matter.
#[expect(
    clippy::cast_precision_loss,
    reason = "a budget of petabytes may be off by a byte"
)]
fn exact(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn limiter(rate: u64, burst: u64) -> RateLimiter {
        RateLimiter::new(&Limits {
            ingestion_rate: rate,
            ingestion_burst: burst,
            ..Limits::default()
        })
    }

    #[test]
    fn a_batch_above_the_burst_is_never_admitted() {
        let refusal = limiter(1000, 1000)
            .admit(&TenantId::single(), 12456, 62, Instant::now())
            .expect_err("too large");
        assert_eq!(
            refusal.to_string(),
            "RATE_LIMITED: batch size (12456 bytes) exceeds ingestion limit (local: 1000 bytes/s, global: 0 bytes/s, burst: 1000 bytes) while adding 12456 bytes for user single-tenant. consider reducing batch size or increasing rate limit."
        );
        assert_eq!(refusal.discarded(), Some(("rate_limited", 62)));
    }

    #[test]
    fn the_budget_fills_again_with_time() {
        let limiter = limiter(1000, 2000);
        let tenant = TenantId::single();
        let start = Instant::now();
        assert!(limiter.admit(&tenant, 2000, 1, start).is_ok());
        assert!(limiter.admit(&tenant, 500, 1, start).is_err());
        let later = start + Duration::from_millis(600);
        assert!(limiter.admit(&tenant, 500, 1, later).is_ok());
    }

    #[test]
    fn one_tenant_does_not_use_up_anothers_budget() {
        let limiter = limiter(1, 100);
        let now = Instant::now();
        let other = TenantId::parse("other").expect("valid");
        assert!(limiter.admit(&TenantId::single(), 100, 1, now).is_ok());
        assert!(limiter.admit(&other, 100, 1, now).is_ok());
    }
}

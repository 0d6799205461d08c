//! Metrics made of the spans that come in, under the names and labels of Tempo's metrics generator.
//!
//! Tempo writes them to Prometheus; here they are on `/metrics`, for Prometheus to scrape.
//!
//! - [`settings`]: what is made, and within which bounds;
//! - [`seen`]: what is kept of a span until its request is stored;
//! - [`labels`]: label names and values in the text format;
//! - [`histogram`]: durations counted in buckets;
//! - [`series`]: values by their labels, bounded, and forgotten when stale;
//! - [`span_metrics`]: how often, how long and how large, by service and span name;
//! - [`edges`]: calls of which one side has been seen;
//! - [`service_graph`]: who calls whom;
//! - [`tenant`]: what the spans of one tenant made;
//! - [`exposition`]: all of it in the text format;
//! - [`bookkeeping`]: how the making goes, in the text format.

mod bookkeeping;
mod edges;
mod exposition;
mod histogram;
mod labels;
mod seen;
mod series;
mod service_graph;
mod settings;
mod span_metrics;
mod tenant;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::ids::TenantId;
use crate::metrics::Exposition;
use crate::tenancy::Tenancy;
pub(crate) use seen::{SeenResource, SeenSpan};
pub use settings::{
    GeneratorSettings, Intrinsic, ServiceGraphSettings, SpanFamily, SpanMetricsSettings,
};
use tenant::Tenant;

/// A moment by both clocks: one that only goes forward, and that of the spans.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    pub(crate) instant: Instant,
    /// Nanoseconds since the epoch.
    pub(crate) unix_nanos: u64,
}

impl Now {
    /// This moment.
    pub(crate) fn read() -> Self {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            instant: Instant::now(),
            unix_nanos: u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX),
        }
    }
}

/// Makes metrics of spans, for each tenant its own.
#[derive(Debug)]
pub(crate) struct Generator {
    settings: GeneratorSettings,
    tenancy: Tenancy,
    tenants: Mutex<BTreeMap<TenantId, Tenant>>,
}

impl Generator {
    pub(crate) fn new(settings: GeneratorSettings, tenancy: Tenancy) -> Self {
        Self {
            settings,
            tenancy,
            tenants: Mutex::new(BTreeMap::new()),
        }
    }

    pub(crate) fn settings(&self) -> &GeneratorSettings {
        &self.settings
    }

    /// Counts the spans of a stored request of `bytes`.
    pub(crate) fn take(&self, tenant: &TenantId, spans: &[SeenResource], bytes: usize, now: Now) {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let state = tenants
            .entry(tenant.clone())
            .or_insert_with(|| Tenant::new(&self.settings, &self.constant_labels(tenant)));
        state.take(&self.settings, spans, bytes, now);
    }

    /// Gives up waiting for the other side of calls, and forgets series that nothing was added to for long.
    pub(crate) fn keep_house(&self, now: Now) {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        for tenant in tenants.values_mut() {
            tenant.keep_house(&self.settings, now.instant);
        }
    }

    /// Adds everything to what `/metrics` answers.
    pub(crate) fn expose(&self, now: Now, target: &mut Exposition) {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        exposition::expose(&self.settings, &tenants, now.instant, target);
    }

    /// Series of several tenants on one page are told apart by a label; Tempo writes each tenant's to a place of its own.
    fn constant_labels(&self, tenant: &TenantId) -> String {
        let mut labels = String::new();
        if self.tenancy == Tenancy::Multi {
            labels::put(&mut labels, "tenant", tenant.as_str());
        }
        labels
    }
}

#[cfg(test)]
mod tests;

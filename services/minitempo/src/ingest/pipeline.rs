//! The way of a request from a receiver into the store.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tracing::{error, warn};

use super::batch::{self, Batch};
use super::limits::{Limits, RateLimiter};
use super::live::{Admission, LiveCount, LiveTraces};
use super::refusal::Refusal;
use super::truncate::MAX_ATTRIBUTE_BYTES;
use crate::generator::{Generator, Now};
use crate::ids::{TenantId, TenantIdError};
use crate::logging::Sampler;
use crate::metrics::{Exposition, Metrics};
use crate::store::{Catalogue, Fragment, WriterHandle};
use crate::tenancy::Tenancy;

/// Which receiver a request came in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Grpc,
    Http,
}

impl Transport {
    /// The label value that Tempo uses.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Http => "http",
        }
    }
}

/// Everything a request passes through; shared by the receivers.
pub(crate) struct Pipeline {
    tenancy: Tenancy,
    rate: RateLimiter,
    live: LiveTraces,
    catalogue: Arc<Catalogue>,
    writer: WriterHandle,
    metrics: Arc<Metrics>,
    generator: Option<Generator>,
    refusals_logged: Sampler,
    large_traces_logged: Sampler,
    truncations_logged: Sampler,
}

impl Pipeline {
    pub(crate) fn new(
        tenancy: Tenancy,
        limits: &Limits,
        catalogue: Arc<Catalogue>,
        writer: WriterHandle,
        metrics: Arc<Metrics>,
        generator: Option<Generator>,
    ) -> Self {
        Self {
            tenancy,
            rate: RateLimiter::new(limits),
            live: LiveTraces::new(limits),
            catalogue,
            writer,
            metrics,
            generator,
            refusals_logged: Sampler::per_second(1),
            large_traces_logged: Sampler::per_second(10),
            truncations_logged: Sampler::per_second(1),
        }
    }

    /// Takes a protobuf `ExportTraceServiceRequest`; returns when its spans are on disk.
    pub(crate) async fn push(
        &self,
        org_id: Option<&str>,
        body: Bytes,
        transport: Transport,
    ) -> Result<(), Refusal> {
        // What is not a request at all never becomes one: it is neither logged nor counted as spans.
        let request = batch::split(body)?;
        let size = batch::ingress_bytes(&request);
        let settings = self.generator.as_ref().map(Generator::settings);
        let checked = Batch::read(request, settings);
        let (spans, is_malformed) = match &checked {
            Ok(batch) => (batch.spans, false),
            Err(refusal) => (
                refusal.discarded().map_or(0, |(_, spans)| spans),
                matches!(refusal, Refusal::Malformed(_)),
            ),
        };
        let result = match self.tenancy.tenant(org_id) {
            _ if is_malformed => checked.map(|_| ()),
            Ok(tenant) => self.push_batch(&tenant, checked, size).await,
            Err(fault) => {
                self.log_missing_tenant(&fault);
                Err(Refusal::Tenant(fault))
            }
        };
        if is_malformed {
            return result;
        }
        match &result {
            Ok(()) => self.metrics.accepted(transport, spans),
            Err(refusal) => {
                self.metrics.refused(transport, spans);
                self.log_refusal(org_id, refusal);
            }
        }
        result
    }

    async fn push_batch(
        &self,
        tenant: &TenantId,
        checked: Result<Batch, Refusal>,
        size: usize,
    ) -> Result<(), Refusal> {
        self.metrics.ingress(tenant, size as u64);
        let admitted = match checked {
            Ok(batch) => self
                .rate
                .admit(tenant, size, batch.spans, Instant::now())
                .map(|()| batch),
            Err(refusal) => Err(refusal),
        };
        let mut batch = match admitted {
            Ok(batch) => batch,
            Err(refusal) => {
                if let Some((reason, spans)) = refusal.discarded() {
                    self.metrics.discarded(tenant, reason, spans);
                }
                return Err(refusal);
            }
        };
        if batch.spans == 0 {
            return Ok(());
        }
        self.metrics
            .received(tenant, size as u64, batch.spans, batch.trace_count());
        self.note_truncation(tenant, &batch);
        let seen = std::mem::take(&mut batch.seen);
        let fragments = self.within_limits(tenant, batch.into_fragments(tenant));
        self.writer
            .append(fragments)
            .await
            .map_err(Refusal::NotStored)?;
        // Only now: what is refused is sent again. What is over a limit of traces is counted, as in Tempo.
        if let Some(generator) = &self.generator {
            generator.take(tenant, &seen, size, Now::read());
        }
        Ok(())
    }

    /// Drops what is over a limit of one trace or of the number of traces, counted and answered as Tempo does: with OK.
    fn within_limits(&self, tenant: &TenantId, mut fragments: Vec<Fragment>) -> Vec<Fragment> {
        let now = Instant::now();
        fragments.retain(|fragment| {
            let bytes = fragment.payload.len() as u64;
            let stored = || self.catalogue.open_bytes(tenant, fragment.trace_id);
            match self
                .live
                .admit(tenant, fragment.trace_id, bytes, now, stored)
            {
                Admission::Admitted => true,
                Admission::TooManyTraces => {
                    self.metrics.discarded(
                        tenant,
                        "live_traces_exceeded",
                        u64::from(fragment.spans),
                    );
                    false
                }
                Admission::TraceTooLarge { total } => {
                    self.metrics
                        .discarded(tenant, "trace_too_large", u64::from(fragment.spans));
                    self.log_large_trace(tenant, fragment, total);
                    false
                }
            }
        });
        fragments
    }

    /// The growing traces of every tenant.
    pub(crate) fn live_counts(&self) -> Vec<LiveCount> {
        self.live.counts(Instant::now())
    }

    /// Adds the metrics made of spans to what `/metrics` answers.
    pub(crate) fn expose_generated(&self, exposition: &mut Exposition) {
        if let Some(generator) = &self.generator {
            generator.expose(Now::read(), exposition);
        }
    }

    /// Forgets the traces that have been idle, and what metrics of spans are done with.
    pub(crate) fn keep_house(&self) {
        self.live.forget_idle(Instant::now());
        if let Some(generator) = &self.generator {
            generator.keep_house(Now::read());
        }
    }

    fn note_truncation(&self, tenant: &TenantId, batch: &Batch) {
        let Some(example) = &batch.truncated.example else {
            return;
        };
        for (scope, count) in batch.truncated.counts() {
            self.metrics
                .attributes_truncated(tenant, scope.label(), count);
        }
        if self.truncations_logged.take() {
            warn!(
                tenant = %tenant,
                total_truncated = batch.truncated.total(),
                max_size_bytes = MAX_ATTRIBUTE_BYTES,
                example_scope = example.scope.label(),
                example_name = %example.name,
                example_field = example.field,
                example_orig_size = example.bytes,
                "attributes truncated"
            );
        }
    }

    fn log_large_trace(&self, tenant: &TenantId, fragment: &Fragment, total: u64) {
        if self.large_traces_logged.take() {
            warn!(
                tenant = %tenant,
                max = self.live.max_bytes(),
                traceSz = fragment.payload.len(),
                totalSize = total,
                trace = %fragment.trace_id,
                insight = true,
                "TRACE_TOO_LARGE"
            );
        }
    }

    fn log_missing_tenant(&self, fault: &TenantIdError) {
        if *fault == TenantIdError::Missing && self.refusals_logged.take() {
            error!(err = %fault, "failed to extract org id from both grpc and HTTP");
        }
    }

    fn log_refusal(&self, org_id: Option<&str>, refusal: &Refusal) {
        if matches!(refusal, Refusal::Tenant(TenantIdError::Missing)) {
            return;
        }
        if self.refusals_logged.take() {
            error!(
                tenant = self.tenancy.shown(org_id),
                err = %refusal.as_go_error(),
                "pusher failed to consume trace data"
            );
        }
    }
}

//! `/metrics` in the Prometheus text format.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_TYPE;

use super::state::ApiState;
use crate::ingest::LiveCount;
use crate::metrics::{Exposition, Kind};
use crate::version;

/// `GET /metrics`.
pub(super) async fn metrics(State(state): State<Arc<ApiState>>) -> Response {
    let mut exposition = Exposition::default();
    expose_build(&mut exposition);
    expose_limits(&state, &mut exposition);
    state.metrics.expose(&mut exposition);
    expose_live(&state, &mut exposition);
    expose_stored(&state, &mut exposition);
    expose_writer(&state, &mut exposition);
    state.pipeline.expose_generated(&mut exposition);
    (
        [(
            CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
        )],
        exposition.into_text(),
    )
        .into_response()
}

fn expose_build(exposition: &mut Exposition) {
    let name = "tempo_build_info";
    exposition.family(
        name,
        "A metric with a constant '1' value labeled by version, revision and branch.",
        Kind::Gauge,
    );
    let labels = [
        ("branch", version::BRANCH),
        ("goarch", version::architecture()),
        ("goos", std::env::consts::OS),
        ("goversion", ""),
        ("revision", version::REVISION),
        ("tags", ""),
        ("version", version::TEMPO_FORM),
    ];
    exposition.sample(name, &labels, 1);
}

fn expose_limits(state: &ApiState, exposition: &mut Exposition) {
    let name = "tempo_limits_defaults";
    exposition.family(name, "Default resource limits", Kind::Gauge);
    let limits = &state.config.limits;
    for (limit, value) in [
        ("block_retention", state.config.block_retention.as_nanos()),
        (
            "ingestion_burst_size_bytes",
            u128::from(limits.ingestion_burst),
        ),
        (
            "ingestion_rate_limit_bytes",
            u128::from(limits.ingestion_rate),
        ),
        (
            "max_bytes_per_trace",
            u128::from(limits.max_bytes_per_trace),
        ),
        (
            "max_local_traces_per_user",
            limits.max_traces_per_user as u128,
        ),
    ] {
        exposition.sample(name, &[("limit_name", limit)], value);
    }
}

/// Name, help, kind and value of a family about growing traces.
type LiveFamily = (&'static str, &'static str, Kind, fn(&LiveCount) -> u64);

fn expose_live(state: &ApiState, exposition: &mut Exposition) {
    let counts = state.pipeline.live_counts();
    if counts.is_empty() {
        return;
    }
    let families: [LiveFamily; 3] = [
        (
            "tempo_live_store_live_traces",
            "The current number of live traces per tenant.",
            Kind::Gauge,
            |count| count.traces as u64,
        ),
        (
            "tempo_live_store_live_trace_bytes",
            "The current number of bytes consumed by live traces per tenant.",
            Kind::Gauge,
            |count| count.bytes,
        ),
        (
            "tempo_live_store_traces_created_total",
            "The total number of traces created per tenant.",
            Kind::Counter,
            |count| count.created,
        ),
    ];
    for (name, help, kind, value) in families {
        exposition.family(name, help, kind);
        for count in &counts {
            exposition.sample(name, &[("tenant", count.tenant.as_str())], value(count));
        }
    }
}

fn expose_stored(state: &ApiState, exposition: &mut Exposition) {
    let totals = state.catalogue.totals();
    exposition.family(
        "tempo_live_store_ready",
        "1 if ready to serve queries, 0 otherwise",
        Kind::Gauge,
    );
    exposition.sample("tempo_live_store_ready", &[], 1);
    if totals.is_empty() {
        return;
    }
    let bytes = "tempodb_backend_bytes_total";
    exposition.family(
        bytes,
        "Total number of bytes in the backend, per tenant and status.",
        Kind::Gauge,
    );
    for (tenant, (total, _)) in &totals {
        let labels = [("status", "live"), ("tenant", tenant.as_str())];
        exposition.sample(bytes, &labels, total.bytes);
    }
    let objects = "tempodb_backend_objects_total";
    exposition.family(
        objects,
        "Total number of objects (traces) in the backend, per tenant and status.",
        Kind::Gauge,
    );
    for (tenant, (total, _)) in &totals {
        let labels = [("status", "live"), ("tenant", tenant.as_str())];
        exposition.sample(objects, &labels, total.traces);
    }
    let blocks = "tempodb_blocklist_length";
    exposition.family(blocks, "Total number of blocks per tenant.", Kind::Gauge);
    for (tenant, (_, count)) in &totals {
        exposition.sample(blocks, &[("tenant", tenant.as_str())], count);
    }
    let spans = "minitempo_stored_spans";
    exposition.family(
        spans,
        "Number of spans in all blocks per tenant.",
        Kind::Gauge,
    );
    for (tenant, (total, _)) in &totals {
        exposition.sample(spans, &[("tenant", tenant.as_str())], total.spans);
    }
}

fn expose_writer(state: &ApiState, exposition: &mut Exposition) {
    let counters = state.writer.counters();
    let families: [(&str, &str, &AtomicU64); 6] = [
        (
            "minitempo_commits_total",
            "Transactions written; each answers all requests that waited for it.",
            &counters.commits,
        ),
        (
            "minitempo_failed_commits_total",
            "Transactions that could not be written; their requests were refused.",
            &counters.failed_commits,
        ),
        (
            "tempo_live_store_blocks_completed_total",
            "The total number of blocks completed.",
            &counters.sealed,
        ),
        (
            "tempo_live_store_failed_completions_total",
            "The total number of failed block completions.",
            &counters.failed_seals,
        ),
        (
            "tempodb_retention_deleted_total",
            "Total number of blocks deleted.",
            &counters.deleted,
        ),
        (
            "tempodb_retention_errors_total",
            "Total number of times an error occurred while performing retention tasks.",
            &counters.failed_deletions,
        ),
    ];
    for (name, help, counter) in families {
        exposition.family(name, help, Kind::Counter);
        exposition.sample(name, &[], counter.load(Ordering::Relaxed));
    }
}

//! Area 10: Grafana, Loki, Prometheus, metrics generator.

pub(crate) mod generator_drops_late_spans;
pub(crate) mod grafana_not_ready;
pub(crate) mod grafana_provisioning_failed;
pub(crate) mod grafana_source_tenant_missing;
pub(crate) mod grafana_source_uid_unknown;
pub(crate) mod grafana_source_url;
pub(crate) mod grafana_streaming_unsupported;
pub(crate) mod grafana_traces_to_logs_legacy;
pub(crate) mod grafana_without_tempo_source;
pub(crate) mod grafana_without_trace_to_logs;
pub(crate) mod loki_derived_field_mismatch;
pub(crate) mod loki_not_ready;
pub(crate) mod metrics_generator_off;
pub(crate) mod prometheus_not_ready;
pub(crate) mod prometheus_remote_write_off;
pub(crate) mod prometheus_target_down;
pub(crate) mod remote_write_fails;
pub(crate) mod service_graph_unpaired;
pub(crate) mod surroundings_not_running;

mod page;
mod remote_write;
mod source;

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[
    &grafana_without_tempo_source::CHECK,
    &grafana_source_url::CHECK,
    &grafana_source_uid_unknown::CHECK,
    &grafana_streaming_unsupported::CHECK,
    &grafana_traces_to_logs_legacy::CHECK,
    &grafana_without_trace_to_logs::CHECK,
    &loki_derived_field_mismatch::CHECK,
    &grafana_provisioning_failed::CHECK,
    &prometheus_remote_write_off::CHECK,
    &metrics_generator_off::CHECK,
    &remote_write_fails::CHECK,
    &loki_not_ready::CHECK,
    &prometheus_not_ready::CHECK,
    &grafana_not_ready::CHECK,
    &prometheus_target_down::CHECK,
    &grafana_source_tenant_missing::CHECK,
    &generator_drops_late_spans::CHECK,
    &service_graph_unpaired::CHECK,
    &surroundings_not_running::CHECK,
];

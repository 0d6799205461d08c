//! The checks, one file each, in a folder for each area.

pub(crate) mod configuration;
pub(crate) mod correlation;
pub(crate) mod export_errors;
pub(crate) mod quality;
pub(crate) mod stack;
pub(crate) mod storage;
pub(crate) mod tempo;

mod commands;
mod explanations;
mod standing;

use crate::check::Check;

/// Every check, in the order of their codes.
pub(crate) static ALL: &[&Check] = &[
    &stack::tempo_missing::CHECK,
    &stack::tempo_exited::CHECK,
    &stack::tempo_restarting::CHECK,
    &stack::tempo_oom_killed::CHECK,
    &stack::tempo_paused::CHECK,
    &stack::service_exited::CHECK,
    &stack::service_restarting::CHECK,
    &stack::service_unhealthy::CHECK,
    &stack::service_paused::CHECK,
    &stack::service_oom_killed::CHECK,
    &tempo::not_ready::CHECK,
    &tempo::config_rejected::CHECK,
    &tempo::receiver_bound_to_loopback::CHECK,
    &tempo::spans_refused::CHECK,
    &tempo::spans_discarded::CHECK,
    &configuration::endpoint_malformed::CHECK,
    &configuration::endpoint_localhost::CHECK,
    &configuration::endpoint_unknown_host::CHECK,
    &configuration::endpoint_on_another_network::CHECK,
    &configuration::endpoint_port_not_served::CHECK,
    &configuration::endpoint_protocol_mismatch::CHECK,
    &configuration::endpoint_target_not_running::CHECK,
    &export_errors::connection_refused::CHECK,
    &export_errors::name_not_found::CHECK,
    &export_errors::timed_out::CHECK,
    &export_errors::unimplemented::CHECK,
    &export_errors::tls_failed::CHECK,
    &export_errors::rejected::CHECK,
    &export_errors::failed::CHECK,
    &export_errors::started_before_tempo::CHECK,
    &quality::serves_but_sends_nothing::CHECK,
    &storage::retention_not_applied::CHECK,
    &storage::disk_nearly_full::CHECK,
    &correlation::logs_without_trace_id::CHECK,
];

//! Groups of causes and of looks that several checks have in common.

use super::{
    configuration as endpoint, export_errors as export, network as relay, quality, stack, tempo,
};
use crate::{check::Cause, observed::Probe};

/// The same causes, for findings that concern their subjects besides their own.
pub(super) const fn concerned<const COUNT: usize>(causes: &[Cause]) -> [Cause; COUNT] {
    let mut concerned = [Cause::concerned(causes[0].code); COUNT];
    let mut place = 1;
    while place < COUNT {
        concerned[place] = Cause::concerned(causes[place].code);
        place += 1;
    }
    concerned
}

/// The looks that fail while Tempo's process is away or hangs.
pub(super) const TEMPO_API: &[Probe] = &[
    Probe::TempoAddress,
    Probe::TempoReady,
    Probe::TempoVersion,
    Probe::TempoConfig,
    Probe::TempoMetrics,
    Probe::TempoSearch,
    Probe::Traces,
];

/// Why Tempo's start fails.
pub(super) const TEMPO_START: &[Cause] = &[
    Cause::same_subject(stack::host_port_taken::CHECK.code),
    Cause::same_subject(stack::wrong_architecture::CHECK.code),
    Cause::same_subject(stack::waits_for_unhealthy::CHECK.code),
    Cause::same_subject(stack::tempo_oom_killed::CHECK.code),
    Cause::same_subject(tempo::config_rejected::CHECK.code),
    Cause::same_subject(tempo::config_unreadable::CHECK.code),
    Cause::same_subject(tempo::legacy_overrides::CHECK.code),
    Cause::same_subject(tempo::receiver_unknown::CHECK.code),
    Cause::same_subject(tempo::module_unknown::CHECK.code),
    Cause::same_subject(tempo::flag_unknown::CHECK.code),
    Cause::same_subject(tempo::data_not_writable::CHECK.code),
    Cause::same_subject(tempo::start_failed_storage::CHECK.code),
    Cause::same_subject(tempo::kafka_missing::CHECK.code),
    Cause::same_subject(tempo::port_in_use::CHECK.code),
];

/// Why Tempo itself does not answer.
pub(super) const TEMPO_AWAY: &[Cause] = &[
    Cause::same_subject(stack::host_port_taken::CHECK.code),
    Cause::same_subject(stack::wrong_architecture::CHECK.code),
    Cause::same_subject(stack::waits_for_unhealthy::CHECK.code),
    Cause::same_subject(stack::tempo_oom_killed::CHECK.code),
    Cause::same_subject(tempo::config_rejected::CHECK.code),
    Cause::same_subject(tempo::config_unreadable::CHECK.code),
    Cause::same_subject(tempo::legacy_overrides::CHECK.code),
    Cause::same_subject(tempo::receiver_unknown::CHECK.code),
    Cause::same_subject(tempo::module_unknown::CHECK.code),
    Cause::same_subject(tempo::flag_unknown::CHECK.code),
    Cause::same_subject(tempo::data_not_writable::CHECK.code),
    Cause::same_subject(tempo::start_failed_storage::CHECK.code),
    Cause::same_subject(tempo::kafka_missing::CHECK.code),
    Cause::same_subject(tempo::port_in_use::CHECK.code),
    Cause::same_subject(stack::tempo_exited::CHECK.code),
    Cause::same_subject(stack::tempo_restarting::CHECK.code),
    Cause::same_subject(stack::tempo_paused::CHECK.code),
];

/// Why a container cannot run, whatever is in it.
pub(super) const CANNOT_RUN: &[Cause] = &[
    Cause::same_subject(stack::host_port_taken::CHECK.code),
    Cause::same_subject(stack::wrong_architecture::CHECK.code),
    Cause::same_subject(stack::waits_for_unhealthy::CHECK.code),
];

/// Why a container cannot run again.
pub(super) const CANNOT_RESTART: &[Cause] = &[
    Cause::same_subject(stack::host_port_taken::CHECK.code),
    Cause::same_subject(stack::wrong_architecture::CHECK.code),
];

/// Why a health check fails that says nothing of what it checks.
pub(super) const HEALTH_CHECK: &[Cause] = &[
    Cause::same_subject(stack::health_check_tool_missing::CHECK.code),
    Cause::same_subject(stack::health_check_wrong_target::CHECK.code),
];

/// Why a container that others wait for is never what they wait for.
pub(super) const AWAITED: &[Cause] = &[
    Cause::awaited(stack::health_check_tool_missing::CHECK.code),
    Cause::awaited(stack::health_check_wrong_target::CHECK.code),
    Cause::awaited(stack::service_unhealthy::CHECK.code),
    Cause::awaited(stack::waits_for_unhealthy::CHECK.code),
    Cause::awaited(stack::host_port_taken::CHECK.code),
    Cause::awaited(stack::wrong_architecture::CHECK.code),
    Cause::awaited(stack::service_exited::CHECK.code),
    Cause::awaited(stack::service_restarting::CHECK.code),
    Cause::awaited(stack::tempo_exited::CHECK.code),
    Cause::awaited(stack::tempo_restarting::CHECK.code),
];

/// Why a service does not work at all.
pub(super) const SERVICE_AWAY: &[Cause] = &[
    Cause::same_subject(stack::service_exited::CHECK.code),
    Cause::same_subject(stack::service_restarting::CHECK.code),
    Cause::same_subject(stack::service_paused::CHECK.code),
];

/// Why a service's spans go to the wrong place.
pub(super) const ENDPOINT: &[Cause] = &[
    Cause::same_subject(endpoint::endpoint_malformed::CHECK.code),
    Cause::same_subject(endpoint::endpoint_scheme_missing::CHECK.code),
    Cause::same_subject(endpoint::endpoint_localhost::CHECK.code),
    Cause::same_subject(endpoint::host_docker_internal_unmapped::CHECK.code),
    Cause::same_subject(endpoint::endpoint_unknown_host::CHECK.code),
    Cause::same_subject(relay::default_bridge_without_names::CHECK.code),
    Cause::same_subject(endpoint::endpoint_on_another_network::CHECK.code),
    Cause::same_subject(endpoint::protocol_by_default::CHECK.code),
    Cause::same_subject(endpoint::endpoint_protocol_mismatch::CHECK.code),
    Cause::same_subject(endpoint::endpoint_query_port::CHECK.code),
    Cause::same_subject(endpoint::endpoint_published_port::CHECK.code),
    Cause::same_subject(endpoint::endpoint_legacy_port::CHECK.code),
    Cause::same_subject(endpoint::endpoint_port_not_served::CHECK.code),
    Cause::same_subject(endpoint::endpoint_path_doubled::CHECK.code),
    Cause::same_subject(endpoint::endpoint_path_missing::CHECK.code),
    Cause::same_subject(endpoint::endpoint_tls_to_plaintext::CHECK.code),
    Cause::same_subject(endpoint::endpoint_plaintext_to_tls::CHECK.code),
    Cause::same_subject(endpoint::endpoint_target_not_running::CHECK.code),
    Cause::same_subject(relay::name_answered_twice::CHECK.code),
    Cause::same_subject(endpoint::proxy_without_exception::CHECK.code),
];

/// What stands in the way of a service's spans, as was tried from its own network.
pub(super) const NETWORK_PATH: &[Cause] = &[
    Cause::same_subject(relay::name_does_not_resolve::CHECK.code),
    Cause::same_subject(relay::name_server_fails::CHECK.code),
    Cause::same_subject(relay::address_takes_nothing::CHECK.code),
    Cause::same_subject(relay::nobody_listens::CHECK.code),
    Cause::same_subject(relay::packets_dropped::CHECK.code),
    Cause::same_subject(relay::address_family_differs::CHECK.code),
    Cause::same_subject(relay::port_speaks_plaintext::CHECK.code),
    Cause::same_subject(relay::port_speaks_tls::CHECK.code),
    Cause::same_subject(relay::port_speaks_other_protocol::CHECK.code),
    Cause::same_subject(relay::port_is_no_receiver::CHECK.code),
    Cause::same_subject(relay::receiver_lacks_path::CHECK.code),
    Cause::same_subject(relay::certificate_not_trusted::CHECK.code),
    Cause::same_subject(relay::receiver_wants_credentials::CHECK.code),
    Cause::same_subject(relay::receiver_wants_tenant::CHECK.code),
    Cause::same_subject(relay::receiver_is_mute::CHECK.code),
    Cause::same_subject(relay::endpoint_redirects::CHECK.code),
];

/// An export without a span that was refused, which says least of all.
pub(super) const REFUSED_EXPORT: &[Cause] = &[Cause::same_subject(
    relay::receiver_refuses_export::CHECK.code,
)];

/// What a service says of a receiver that refuses, which tells more than a refused export without a span.
pub(super) const REFUSALS: &[Cause] = &[
    Cause::same_subject(export::unimplemented::CHECK.code),
    Cause::same_subject(export::proxy_answers::CHECK.code),
    Cause::same_subject(export::payload_refused::CHECK.code),
    Cause::same_subject(export::backend_internal_error::CHECK.code),
    Cause::same_subject(export::backend_not_ready_answers::CHECK.code),
    Cause::same_subject(export::rate_limited_exports::CHECK.code),
    Cause::same_subject(export::rejected::CHECK.code),
    Cause::same_subject(export::message_too_large::CHECK.code),
    Cause::same_subject(export::connection_cut::CHECK.code),
    Cause::same_subject(export::timed_out::CHECK.code),
];

/// Why a service does not have a value that stands in the files by now.
pub(super) const NOT_APPLIED: &[Cause] =
    &[Cause::same_variable(stack::recreate_needed::CHECK.code)];

/// Why a service makes or exports no spans, and says nothing of it.
pub(super) const SWITCHED_OFF: &[Cause] = &[
    Cause::same_subject(endpoint::sdk_disabled::CHECK.code),
    Cause::same_subject(endpoint::exporter_none::CHECK.code),
    Cause::same_subject(endpoint::exporter_unknown::CHECK.code),
    Cause::same_subject(endpoint::sampler_off::CHECK.code),
];

/// Why a service's spans may stand under another name than its settings tell.
pub(super) const ANOTHER_NAME: &[Cause] = &[
    Cause::anywhere(quality::spans_without_service_name::CHECK.code),
    Cause::anywhere(quality::name_of_several_programs::CHECK.code),
];

/// Which of a service's settings its SDK cannot use: it may not have started with them.
pub(super) const SETTINGS: &[Cause] = &[
    Cause::same_subject(endpoint::protocol_invalid::CHECK.code),
    Cause::same_subject(endpoint::headers_malformed::CHECK.code),
    Cause::same_subject(endpoint::timeout_unit::CHECK.code),
    Cause::same_subject(endpoint::propagator_unknown::CHECK.code),
    Cause::same_subject(endpoint::resource_attributes_malformed::CHECK.code),
    Cause::same_subject(endpoint::compression_invalid::CHECK.code),
    Cause::same_subject(endpoint::bsp_limits_inconsistent::CHECK.code),
    Cause::same_subject(endpoint::sampler_invalid::CHECK.code),
    Cause::same_subject(endpoint::value_in_quotes::CHECK.code),
    Cause::same_subject(endpoint::variable_misspelled::CHECK.code),
];

/// Why an endpoint that somebody wrote is not the one that is used.
pub(super) const ENDPOINT_UNREAD: &[Cause] = &[Cause::same_subject(
    endpoint::variable_misspelled::CHECK.code,
)];

/// Why an answer comes too late.
pub(super) const TIMEOUT: &[Cause] = &[Cause::same_subject(endpoint::timeout_unit::CHECK.code)];

/// Why a token or tenant is not sent along.
pub(super) const HEADERS: &[Cause] =
    &[Cause::same_subject(endpoint::headers_malformed::CHECK.code)];

/// Why another protocol is spoken than was meant.
pub(super) const PROTOCOL: &[Cause] =
    &[Cause::same_subject(endpoint::protocol_invalid::CHECK.code)];

/// Why nobody receives at the right place.
pub(super) const BACKEND: &[Cause] = &[
    Cause::anywhere(stack::tempo_missing::CHECK.code),
    Cause::export_target(relay::collector_not_running::CHECK.code),
    Cause::export_target(relay::collector_config_rejected::CHECK.code),
    Cause::export_target(relay::collector_bound_to_loopback::CHECK.code),
    Cause::export_target(relay::collector_without_traces_pipeline::CHECK.code),
    Cause::export_target(relay::collector_receiver_missing_protocol::CHECK.code),
    Cause::export_target(stack::tempo_oom_killed::CHECK.code),
    Cause::export_target(tempo::config_rejected::CHECK.code),
    Cause::export_target(tempo::config_unreadable::CHECK.code),
    Cause::export_target(tempo::legacy_overrides::CHECK.code),
    Cause::export_target(tempo::receiver_unknown::CHECK.code),
    Cause::export_target(tempo::module_unknown::CHECK.code),
    Cause::export_target(tempo::flag_unknown::CHECK.code),
    Cause::export_target(tempo::data_not_writable::CHECK.code),
    Cause::export_target(tempo::start_failed_storage::CHECK.code),
    Cause::export_target(tempo::kafka_missing::CHECK.code),
    Cause::export_target(tempo::port_in_use::CHECK.code),
    Cause::export_target(stack::tempo_restarting::CHECK.code),
    Cause::export_target(stack::tempo_exited::CHECK.code),
    Cause::export_target(stack::tempo_paused::CHECK.code),
    Cause::export_target(tempo::receiver_bound_to_loopback::CHECK.code),
    Cause::export_target(tempo::receiver_disabled::CHECK.code),
    Cause::export_target(tempo::not_ready::CHECK.code),
];

/// Why nobody is there at a collector that counts as running between two starts.
pub(super) const RELAY_START: &[Cause] = &[
    Cause::export_target(relay::collector_component_removed::CHECK.code),
    Cause::export_target(relay::collector_component_undefined::CHECK.code),
];

/// Why a collector does not hand on what it received.
pub(super) const RELAY: &[Cause] = &[
    Cause::export_target(relay::collector_sends_to_itself::CHECK.code),
    Cause::export_target(relay::collector_exporter_missing::CHECK.code),
    Cause::export_target(relay::collector_export_unknown_host::CHECK.code),
    Cause::export_target(relay::collector_export_on_another_network::CHECK.code),
    Cause::export_target(relay::collector_export_port::CHECK.code),
    Cause::export_target(relay::collector_export_tls::CHECK.code),
    Cause::export_target(relay::collector_exports_fail::CHECK.code),
    Cause::export_target(relay::collector_refuses::CHECK.code),
];

/// What a service itself says of its exports.
pub(super) const EXPORT_ERRORS: &[Cause] = &[
    Cause::same_subject(export::started_before_tempo::CHECK.code),
    Cause::same_subject(export::connection_refused::CHECK.code),
    Cause::same_subject(export::name_not_found::CHECK.code),
    Cause::same_subject(export::dns_temporary_failure::CHECK.code),
    Cause::same_subject(export::timed_out::CHECK.code),
    Cause::same_subject(export::wrong_protocol::CHECK.code),
    Cause::same_subject(export::path_not_found::CHECK.code),
    Cause::same_subject(export::unimplemented::CHECK.code),
    Cause::same_subject(export::proxy_answers::CHECK.code),
    Cause::same_subject(export::tls_failed::CHECK.code),
    Cause::same_subject(export::credentials_refused::CHECK.code),
    Cause::same_subject(export::no_tenant::CHECK.code),
    Cause::same_subject(export::rate_limited_exports::CHECK.code),
    Cause::same_subject(export::message_too_large::CHECK.code),
    Cause::same_subject(export::payload_refused::CHECK.code),
    Cause::same_subject(export::partial_success::CHECK.code),
    Cause::same_subject(export::backend_not_ready_answers::CHECK.code),
    Cause::same_subject(export::backend_internal_error::CHECK.code),
    Cause::same_subject(export::rejected::CHECK.code),
    Cause::same_subject(export::connection_cut::CHECK.code),
    Cause::same_subject(export::sdk_start_failed::CHECK.code),
    Cause::same_subject(export::spans_dropped_in_sdk::CHECK.code),
    Cause::same_subject(export::failed::CHECK.code),
];

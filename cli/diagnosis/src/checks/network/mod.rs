//! Area 04: the network path, collectors included.

pub(crate) mod address_family_differs;
pub(crate) mod address_takes_nothing;
pub(crate) mod certificate_not_trusted;
pub(crate) mod collector_bound_to_loopback;
pub(crate) mod collector_component_removed;
pub(crate) mod collector_component_undefined;
pub(crate) mod collector_config_rejected;
pub(crate) mod collector_drops_by_design;
pub(crate) mod collector_export_on_another_network;
pub(crate) mod collector_export_port;
pub(crate) mod collector_export_tls;
pub(crate) mod collector_export_unknown_host;
pub(crate) mod collector_exporter_missing;
pub(crate) mod collector_exports_fail;
pub(crate) mod collector_not_running;
pub(crate) mod collector_receiver_missing_protocol;
pub(crate) mod collector_refuses;
pub(crate) mod collector_sends_to_itself;
pub(crate) mod collector_unhealthy;
pub(crate) mod collector_without_traces_pipeline;
pub(crate) mod connection_unanswered;
pub(crate) mod default_bridge_without_names;
pub(crate) mod endpoint_redirects;
pub(crate) mod host_port_shared;
pub(crate) mod name_answered_twice;
pub(crate) mod name_does_not_resolve;
pub(crate) mod name_server_fails;
pub(crate) mod nobody_listens;
pub(crate) mod packets_dropped;
mod path;
pub(crate) mod port_is_no_receiver;
pub(crate) mod port_speaks_other_protocol;
pub(crate) mod port_speaks_plaintext;
pub(crate) mod port_speaks_tls;
pub(crate) mod receiver_is_mute;
pub(crate) mod receiver_lacks_path;
pub(crate) mod receiver_refuses_export;
pub(crate) mod receiver_wants_credentials;
pub(crate) mod receiver_wants_tenant;
mod relay;

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[
    &name_answered_twice::CHECK,
    &default_bridge_without_names::CHECK,
    &host_port_shared::CHECK,
    &collector_not_running::CHECK,
    &collector_config_rejected::CHECK,
    &collector_bound_to_loopback::CHECK,
    &collector_without_traces_pipeline::CHECK,
    &collector_component_undefined::CHECK,
    &collector_component_removed::CHECK,
    &collector_export_unknown_host::CHECK,
    &collector_export_on_another_network::CHECK,
    &collector_export_port::CHECK,
    &collector_export_tls::CHECK,
    &collector_sends_to_itself::CHECK,
    &collector_drops_by_design::CHECK,
    &collector_exports_fail::CHECK,
    &collector_refuses::CHECK,
    &collector_unhealthy::CHECK,
    &collector_exporter_missing::CHECK,
    &collector_receiver_missing_protocol::CHECK,
    &name_does_not_resolve::CHECK,
    &name_server_fails::CHECK,
    &address_takes_nothing::CHECK,
    &nobody_listens::CHECK,
    &packets_dropped::CHECK,
    &address_family_differs::CHECK,
    &port_speaks_plaintext::CHECK,
    &port_speaks_tls::CHECK,
    &port_speaks_other_protocol::CHECK,
    &port_is_no_receiver::CHECK,
    &receiver_lacks_path::CHECK,
    &certificate_not_trusted::CHECK,
    &receiver_wants_credentials::CHECK,
    &connection_unanswered::CHECK,
    &receiver_wants_tenant::CHECK,
    &receiver_is_mute::CHECK,
    &endpoint_redirects::CHECK,
    &receiver_refuses_export::CHECK,
];

//! Area 03: configuration and environment of the services.

pub(crate) mod endpoint_localhost;
pub(crate) mod endpoint_malformed;
pub(crate) mod endpoint_on_another_network;
pub(crate) mod endpoint_port_not_served;
pub(crate) mod endpoint_protocol_mismatch;
pub(crate) mod endpoint_target_not_running;
pub(crate) mod endpoint_unknown_host;

pub(in crate::checks) mod aim;

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[
    &endpoint_malformed::CHECK,
    &endpoint_localhost::CHECK,
    &endpoint_unknown_host::CHECK,
    &endpoint_on_another_network::CHECK,
    &endpoint_port_not_served::CHECK,
    &endpoint_protocol_mismatch::CHECK,
    &endpoint_target_not_running::CHECK,
];

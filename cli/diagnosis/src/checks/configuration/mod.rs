//! Area 03: configuration and environment of the services.

pub(crate) mod endpoint_localhost;
pub(crate) mod endpoint_malformed;
pub(crate) mod endpoint_on_another_network;
pub(crate) mod endpoint_port_not_served;
pub(crate) mod endpoint_protocol_mismatch;
pub(crate) mod endpoint_target_not_running;
pub(crate) mod endpoint_unknown_host;

mod aim;

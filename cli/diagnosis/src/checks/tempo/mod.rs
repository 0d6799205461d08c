//! Area 02: Tempo itself.

pub(crate) mod config_rejected;
pub(crate) mod not_ready;
pub(crate) mod receiver_bound_to_loopback;
pub(crate) mod spans_discarded;
pub(crate) mod spans_refused;

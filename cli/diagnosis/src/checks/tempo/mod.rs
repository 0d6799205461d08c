//! Area 02: Tempo itself.

pub(crate) mod config_rejected;
pub(crate) mod not_ready;
pub(crate) mod receiver_bound_to_loopback;
pub(crate) mod spans_discarded;
pub(crate) mod spans_refused;

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[
    &not_ready::CHECK,
    &config_rejected::CHECK,
    &receiver_bound_to_loopback::CHECK,
    &spans_refused::CHECK,
    &spans_discarded::CHECK,
];

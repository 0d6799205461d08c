//! Area 05: export errors in logs.

pub(crate) mod connection_refused;
pub(crate) mod failed;
pub(crate) mod name_not_found;
pub(crate) mod rejected;
pub(crate) mod started_before_tempo;
pub(crate) mod timed_out;
pub(crate) mod tls_failed;
pub(crate) mod unimplemented;

mod family;

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[
    &connection_refused::CHECK,
    &name_not_found::CHECK,
    &timed_out::CHECK,
    &unimplemented::CHECK,
    &tls_failed::CHECK,
    &rejected::CHECK,
    &failed::CHECK,
    &started_before_tempo::CHECK,
];

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

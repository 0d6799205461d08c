//! Area 05: export errors in logs.

pub(crate) mod backend_internal_error;
pub(crate) mod backend_not_ready_answers;
pub(crate) mod connection_cut;
pub(crate) mod connection_refused;
pub(crate) mod credentials_refused;
pub(crate) mod dns_temporary_failure;
pub(crate) mod failed;
pub(crate) mod message_too_large;
pub(crate) mod name_not_found;
pub(crate) mod no_tenant;
pub(crate) mod partial_success;
pub(crate) mod path_not_found;
pub(crate) mod payload_refused;
pub(crate) mod proxy_answers;
pub(crate) mod rate_limited_exports;
pub(crate) mod rejected;
pub(crate) mod sdk_setting_ignored;
pub(crate) mod sdk_start_failed;
pub(crate) mod sdk_stops_service;
pub(crate) mod spans_dropped_in_sdk;
pub(crate) mod started_before_tempo;
pub(crate) mod timed_out;
pub(crate) mod tls_failed;
pub(crate) mod unimplemented;
pub(crate) mod wrong_protocol;

mod family;
mod receiver;

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
    &path_not_found::CHECK,
    &credentials_refused::CHECK,
    &started_before_tempo::CHECK,
    &message_too_large::CHECK,
    &spans_dropped_in_sdk::CHECK,
    &partial_success::CHECK,
    &rate_limited_exports::CHECK,
    &connection_cut::CHECK,
    &proxy_answers::CHECK,
    &payload_refused::CHECK,
    &backend_internal_error::CHECK,
    &wrong_protocol::CHECK,
    &no_tenant::CHECK,
    &sdk_start_failed::CHECK,
    &sdk_setting_ignored::CHECK,
    &backend_not_ready_answers::CHECK,
    &dns_temporary_failure::CHECK,
    &sdk_stops_service::CHECK,
];

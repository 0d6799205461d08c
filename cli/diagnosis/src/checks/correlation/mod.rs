//! Area 09: trace and log correlation.

pub(crate) mod logged_traces_unknown;
pub(crate) mod logs_not_in_loki;
pub(crate) mod logs_without_trace_id;
pub(crate) mod requests_without_trace_id;
pub(crate) mod trace_ids_zero;

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[
    &logs_without_trace_id::CHECK,
    &trace_ids_zero::CHECK,
    &logs_not_in_loki::CHECK,
    &logged_traces_unknown::CHECK,
    &requests_without_trace_id::CHECK,
];

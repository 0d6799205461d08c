//! Area 09: trace and log correlation.

pub(crate) mod logs_without_trace_id;

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[&logs_without_trace_id::CHECK];

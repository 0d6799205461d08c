//! Area 09: trace and log correlation.

pub(crate) mod logs_without_trace_id;

//! Area 08: storage and retention.

pub(crate) mod blocks_orphaned;
pub(crate) mod compaction_disabled;
pub(crate) mod data_not_on_a_volume;
pub(crate) mod disk_fills_up;
pub(crate) mod disk_nearly_full;
pub(crate) mod log_without_limit;
pub(in crate::checks) mod object_storage;
pub(crate) mod object_storage_bucket_missing;
pub(crate) mod object_storage_credentials_refused;
pub(crate) mod object_storage_endpoint_malformed;
pub(crate) mod object_storage_host_unknown;
pub(crate) mod object_storage_not_running;
pub(crate) mod object_storage_permission_denied;
pub(crate) mod object_storage_region_differs;
pub(crate) mod object_storage_tls_mismatch;
pub(crate) mod object_storage_unanswered;
pub(crate) mod object_storage_unreachable;
pub(crate) mod object_storage_variable_unexpanded;
pub(crate) mod restarts_outpace_retention;
pub(crate) mod retention_failing;
pub(crate) mod retention_keys_disagree;
pub(crate) mod retention_not_applied;
pub(crate) mod retention_short;
pub(crate) mod volume_shared;
pub(crate) mod wal_not_flushed;

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[
    &retention_not_applied::CHECK,
    &disk_nearly_full::CHECK,
    &data_not_on_a_volume::CHECK,
    &retention_short::CHECK,
    &compaction_disabled::CHECK,
    &restarts_outpace_retention::CHECK,
    &object_storage_unreachable::CHECK,
    &volume_shared::CHECK,
    &retention_failing::CHECK,
    &retention_keys_disagree::CHECK,
    &disk_fills_up::CHECK,
    &blocks_orphaned::CHECK,
    &wal_not_flushed::CHECK,
    &log_without_limit::CHECK,
    &object_storage_not_running::CHECK,
    &object_storage_endpoint_malformed::CHECK,
    &object_storage_host_unknown::CHECK,
    &object_storage_unanswered::CHECK,
    &object_storage_bucket_missing::CHECK,
    &object_storage_variable_unexpanded::CHECK,
    &object_storage_credentials_refused::CHECK,
    &object_storage_permission_denied::CHECK,
    &object_storage_tls_mismatch::CHECK,
    &object_storage_region_differs::CHECK,
];

//! Area 08: storage and retention.

pub(crate) mod disk_nearly_full;
pub(crate) mod retention_not_applied;

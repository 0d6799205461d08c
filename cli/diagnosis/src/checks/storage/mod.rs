//! Area 08: storage and retention.

pub(crate) mod disk_nearly_full;
pub(crate) mod retention_not_applied;

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[&retention_not_applied::CHECK, &disk_nearly_full::CHECK];

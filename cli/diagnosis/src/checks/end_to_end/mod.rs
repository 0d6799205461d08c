//! Area 06: end to end.

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[];

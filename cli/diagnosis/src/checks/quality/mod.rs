//! Area 07: trace quality and propagation.

pub(crate) mod serves_but_sends_nothing;

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[&serves_but_sends_nothing::CHECK];

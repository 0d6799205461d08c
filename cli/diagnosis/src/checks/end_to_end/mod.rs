//! Area 06: end to end.

pub(crate) mod found_but_not_readable;
pub(crate) mod received_but_not_found;
pub(crate) mod sent_but_not_received;

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[
    &found_but_not_readable::CHECK,
    &received_but_not_found::CHECK,
    &sent_but_not_received::CHECK,
];

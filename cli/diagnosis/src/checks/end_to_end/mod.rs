//! Area 06: end to end.

pub(crate) mod canary_lost;
pub(crate) mod canary_not_queryable;
pub(crate) mod canary_not_searchable;
pub(crate) mod canary_partly_lost;
pub(crate) mod canary_refused;
pub(crate) mod canary_text_changed;
pub(crate) mod found_but_not_readable;
pub(crate) mod received_but_not_found;
pub(crate) mod sent_but_not_received;

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[
    &found_but_not_readable::CHECK,
    &received_but_not_found::CHECK,
    &sent_but_not_received::CHECK,
    &canary_refused::CHECK,
    &canary_lost::CHECK,
    &canary_not_searchable::CHECK,
    &canary_not_queryable::CHECK,
    &canary_partly_lost::CHECK,
    &canary_text_changed::CHECK,
];

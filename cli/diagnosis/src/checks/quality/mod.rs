//! Area 07: trace quality and propagation.

pub(crate) mod attribute_names_unbounded;
pub(crate) mod conventions_mixed;
pub(crate) mod credential_in_attribute;
mod edge;
pub(crate) mod everything_sampled;
pub(crate) mod health_checks_traced;
pub(crate) mod instrumentation_score_low;
pub(crate) mod name_of_several_programs;
pub(crate) mod orphan_spans;
mod own_spans;
mod pattern;
pub(crate) mod propagation_broken;
mod proxy;
pub(crate) mod serves_but_sends_nothing;
pub(crate) mod span_clocks_skewed;
pub(crate) mod span_names_generic;
pub(crate) mod span_names_unbounded;
pub(crate) mod spans_without_service_name;
pub(crate) mod traces_without_root;

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[
    &serves_but_sends_nothing::CHECK,
    &orphan_spans::CHECK,
    &traces_without_root::CHECK,
    &propagation_broken::CHECK,
    &spans_without_service_name::CHECK,
    &name_of_several_programs::CHECK,
    &span_clocks_skewed::CHECK,
    &span_names_unbounded::CHECK,
    &credential_in_attribute::CHECK,
    &span_names_generic::CHECK,
    &instrumentation_score_low::CHECK,
    &attribute_names_unbounded::CHECK,
    &health_checks_traced::CHECK,
    &conventions_mixed::CHECK,
    &everything_sampled::CHECK,
];

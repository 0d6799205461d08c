//! Area 10: Grafana, Loki, Prometheus, metrics generator.

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[];

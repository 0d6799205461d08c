//! Area 01: the stack and its containers.

pub(crate) mod image_rebuilt;
pub(crate) mod orphan_container;
pub(crate) mod recreate_needed;
pub(crate) mod service_exited;
pub(crate) mod service_not_started;
pub(crate) mod service_oom_killed;
pub(crate) mod service_paused;
pub(crate) mod service_restarting;
pub(crate) mod service_unhealthy;
pub(crate) mod tempo_exited;
pub(crate) mod tempo_missing;
pub(crate) mod tempo_oom_killed;
pub(crate) mod tempo_paused;
pub(crate) mod tempo_restarting;

pub(super) mod run_state;

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[
    &tempo_missing::CHECK,
    &tempo_exited::CHECK,
    &tempo_restarting::CHECK,
    &tempo_oom_killed::CHECK,
    &tempo_paused::CHECK,
    &service_exited::CHECK,
    &service_restarting::CHECK,
    &service_unhealthy::CHECK,
    &service_paused::CHECK,
    &service_oom_killed::CHECK,
    &recreate_needed::CHECK,
    &image_rebuilt::CHECK,
    &service_not_started::CHECK,
    &orphan_container::CHECK,
];

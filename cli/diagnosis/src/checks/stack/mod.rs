//! Area 01: the stack and its containers.

pub(crate) mod clock_skew;
pub(crate) mod health_check_tool_missing;
pub(crate) mod health_check_wrong_target;
pub(crate) mod host_port_taken;
pub(crate) mod image_rebuilt;
pub(crate) mod killed_at_stop;
pub(crate) mod log_rotated_away;
pub(crate) mod log_unreadable;
pub(crate) mod memory_limit_reached;
pub(crate) mod orphan_container;
pub(crate) mod recreate_needed;
pub(crate) mod restarts_often;
pub(crate) mod service_exited;
pub(crate) mod service_not_started;
pub(crate) mod service_oom_killed;
pub(crate) mod service_paused;
pub(crate) mod service_restarting;
pub(crate) mod service_unhealthy;
pub(crate) mod stop_grace_too_short;
pub(crate) mod tempo_exited;
pub(crate) mod tempo_missing;
pub(crate) mod tempo_oom_killed;
pub(crate) mod tempo_paused;
pub(crate) mod tempo_restarting;
pub(crate) mod waits_for_unhealthy;
pub(crate) mod wrong_architecture;

pub(super) mod host_port;
pub(super) mod run_state;

#[cfg(test)]
mod hostile;
mod probe;
mod weight;

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
    &health_check_tool_missing::CHECK,
    &health_check_wrong_target::CHECK,
    &waits_for_unhealthy::CHECK,
    &host_port_taken::CHECK,
    &wrong_architecture::CHECK,
    &killed_at_stop::CHECK,
    &stop_grace_too_short::CHECK,
    &log_unreadable::CHECK,
    &log_rotated_away::CHECK,
    &clock_skew::CHECK,
    &memory_limit_reached::CHECK,
    &restarts_often::CHECK,
    &recreate_needed::CHECK,
    &image_rebuilt::CHECK,
    &service_not_started::CHECK,
    &orphan_container::CHECK,
];

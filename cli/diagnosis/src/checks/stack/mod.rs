//! Area 01: the stack and its containers.

pub(crate) mod service_exited;
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

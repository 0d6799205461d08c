//! Restarting services: the plan is pure data, shown before anything is done, and verified by looking again.

mod dependencies;
mod plan;
mod readiness;

use std::time::Duration;

pub use self::{
    dependencies::{Dependencies, DependencyError},
    plan::{Plan, PlanError, Step, may_restart_all},
    readiness::{unready, waiting_for},
};

/// How often a state that is waited for is looked at.
pub const POLL: Duration = Duration::from_millis(500);

//! Restarting services: the plan is pure data, shown before anything is done, and verified by looking again.

mod account;
mod act;
mod changes;
mod choose;
mod dependencies;
mod grace;
mod last_words;
mod order;
mod plan;
mod readiness;
mod recreation;
mod tally;

use std::time::Duration;

pub(crate) use self::{
    account::fallen,
    act::{Hand, act, longest},
    changes::changes,
    choose::{Chosen, runs_once},
    last_words::last_words,
    readiness::{Awaited, Found},
    tally::Tally,
};
pub use self::{
    account::{Account, Done, Fallen, Outcome, Stop},
    act::ActError,
    changes::Change,
    choose::{Choice, may_restart_all},
    dependencies::Dependencies,
    grace::StopGrace,
    plan::{Action, LeftAlone, Plan, PlanError, Step},
    readiness::{unready, waiting_for},
    recreation::Recreation,
    tally::{Served, Window},
};

/// How often a state that is waited for is looked at.
pub const POLL: Duration = Duration::from_millis(500);

//! The cause engine: runs every check on a snapshot, folds symptoms under their root cause, and tells of each cause when
//! it began, what it breaks, and what would decide a doubt.

mod attribute;
mod chain;
mod decide;
mod detail;
mod files;
mod ledger;
mod places;
mod route;
mod run;
mod timeline;
mod tried;
mod unsaid;

pub use self::{
    chain::{Hop, HopName, HopState, Path},
    decide::Look,
    ledger::{BackendCount, CollectorCount, Ledger, Lost, TraceLoss},
    run::diagnose,
    timeline::{Entry, Happening},
};

#[cfg(test)]
mod tests;

//! The cause engine: runs every check on a snapshot and folds symptoms under their root cause.

mod attribute;
mod run;

pub use self::run::diagnose;

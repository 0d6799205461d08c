//! The program: Tempo's command line around a server.
//!
//! - [`flags`]: the single-dash flags;
//! - [`health`]: `-health`, the check for a container without a shell;
//! - [`run`]: from the flags to the exit code.

mod flags;
mod health;
mod run;

pub use run::{Ended, perform, run};

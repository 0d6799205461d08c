//! Facts, catalogue of checks, cause engine and log-line classifier of `ptctl`.
//!
//! Everything here is pure: no I/O, no clock (the only time is [`snapshot::Snapshot::taken_at`]), no environment.

pub mod export;
pub mod export_errors;
pub mod observed;
pub mod redact;
pub mod snapshot;
pub mod subject;

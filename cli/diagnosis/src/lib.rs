//! Facts, catalogue of checks, cause engine and log-line classifier of `ptctl`.
//!
//! Everything here is pure: no I/O, no clock (the only time is [`snapshot::Snapshot::taken_at`]), no environment.

pub mod catalogue;
pub mod check;
mod checks;
pub mod code;
pub mod collector;
pub mod commands;
pub mod compose_label;
mod data_source;
pub mod dependency;
pub mod diagnosis;
pub mod difference;
pub mod document;
pub mod drift;
pub mod duration;
pub mod engine;
pub mod export;
pub mod export_errors;
pub mod finding;
#[cfg(any(test, feature = "fixtures"))]
pub mod fixtures;
pub mod flag;
pub mod forecast;
pub mod glob;
pub mod instrumentation_score;
pub mod ladder;
pub mod notices;
pub mod observed;
pub mod policy;
pub mod printable;
pub mod redact;
pub mod release;
pub mod smoke;
pub mod snapshot;
pub mod subject;
pub mod trace;
pub mod traceql;
pub mod unrecognised;
pub mod view;
pub mod watch;

pub use self::engine::diagnose;

//! Smoke checks: a trace is made or awaited, and held against what is expected of it.
//!
//! What is expected and whether it holds is `ptctl_diagnosis::smoke`'s business; here requests are sent, Tempo, logs and
//! counters are asked until a deadline, and the last real reason is kept.

mod around;
mod logs;
mod look;
mod report;
mod request;
mod run;
mod seek;

pub(crate) use self::around::CountedBy;
pub use self::{
    around::Around,
    report::{CheckReport, Conclusion, SMOKE_VERSION, SmokeReport},
    run::run,
};

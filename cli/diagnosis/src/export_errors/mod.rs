//! What a single log line proves about exporting telemetry.
//!
//! Pure text in, a verdict out: no window, no folding, no container. Lines come from anywhere: an engine's log API, a
//! file, a pipe.

mod kind;

pub use self::kind::{Component, ErrorKind, Loss, Signal};

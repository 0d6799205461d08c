//! What a single log line proves about exporting telemetry.
//!
//! Pure text in, a verdict out: no window, no folding, no container. Lines come from anywhere: an engine's log API, a
//! file, a pipe. Each rule belongs to the program whose format it reads; no rule keys on a port or host other than the
//! OTLP ports and the configured endpoints.

mod alternatives;
mod anchors;
mod anyone;
mod cause;
mod classification;
mod classify;
mod collector;
mod context;
mod continuation;
mod destination;
mod endpoint;
mod envelope;
mod excerpt;
mod go;
mod java;
mod kind;
mod logfmt;
mod network_texts;
mod node;
mod notice_kinds;
mod origin;
mod other_sdks;
mod own;
mod prefix;
mod proxy;
mod python;
mod reading;
mod receiver_texts;
mod rust;
mod sgr;
mod shippers;
mod status;
mod tempo;
mod verdict;

pub use self::{
    anchors::{Anchors, is_candidate},
    classification::{Classification, LineKind},
    classify::classify,
    context::Context,
    continuation::is_continuation,
    destination::destination,
    kind::ErrorKind,
    origin::Origin,
    sgr::strip as strip_terminal_sequences,
    verdict::{Component, Language, Loss, Outcome, Program, Signal, Verdict},
};

//! What `/metrics` tells: Tempo's names for what minitempo really counts.
//!
//! - [`family`]: series with labels, and how they are written;
//! - [`registry`]: the families that are counted as things happen.

mod family;
mod registry;

pub(crate) use family::{Exposition, Kind};
pub(crate) use registry::Metrics;

//! Sampling that follows the load: a target of traces per second, shared out among the routes.
//!
//! Each route has a [`reservoir`] whose level is the probability of its next trace, and all of
//! them are filled at the rate that [`routes`] works out. The probability depends on when traces
//! came and never on a trace's own randomness, so that a trace that was sampled with probability
//! p stands for 1/p traces. It goes along in `tracestate` as OpenTelemetry's consistent
//! probability sampling lays down: [`threshold`], [`trace_state`].

mod reservoir;
mod routes;
mod sampler;
mod target;
mod threshold;
mod trace_state;

pub(crate) use sampler::{AdaptiveSampler, Callers};
pub(crate) use target::TracesPerSecond;

#[cfg(test)]
mod load_tests;

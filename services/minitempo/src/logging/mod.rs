//! Log lines in Tempo's shape, and how often some of them are written.

mod logfmt;
mod sampler;

pub use logfmt::Logfmt;
pub(crate) use sampler::Sampler;

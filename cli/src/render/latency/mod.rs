//! How fast services are and how much fails, by what they do.

mod bar;
mod document;
mod measured;
mod table;

#[cfg(test)]
mod tests;

pub(crate) use self::{
    measured::{Counted, Latency, LatencyFrom},
    table::latency,
};

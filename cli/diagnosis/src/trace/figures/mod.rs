//! How often something was done, how much of it failed, and how long it took.

mod operation;
mod percentiles;
mod services;
mod tally;

pub use self::{
    operation::{Operation, operations},
    percentiles::Percentiles,
    services::services,
    tally::{Figures, Tally},
};

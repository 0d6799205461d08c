//! Findings over looks: which are new, which persist, which are resolved, and since when.
//!
//! A machine of states without a clock: every time in it is the time of a look.

mod change;
mod course;
#[cfg(test)]
mod tests;

pub use self::{
    change::{Change, Event},
    course::{Lost, Resolved, Standing, State, Watch},
};

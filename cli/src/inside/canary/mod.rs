//! The canary: a span written as a service would write it, and the search for it in a backend.
//!
//! Both halves are tasks of their own, since the backend's API is often reached from elsewhere than its receiver.

mod seek;
mod send;
mod shape;

pub(crate) use self::{
    seek::{Endurance, Patience, SeekTask, Seen, Sought, seek},
    send::{Bounds, CanaryTask, Sent},
};

#[cfg(test)]
mod tests;

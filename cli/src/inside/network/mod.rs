//! The way to an endpoint, rung by rung, from where this runs: its name, a connection to each address, what the port
//! really speaks, an empty export. Every rung has a limit of its own, and what went wrong is the answer.

mod certificate;
mod clock;
mod connect;
mod dns;
mod door;
mod export;
mod files;
mod http1;
mod resolve;
mod resolver_file;
mod speak;
mod task;
mod trust;
mod untold;

pub(crate) use self::task::NetworkTask;
pub(in crate::inside) use self::{
    resolve::addresses_of,
    trust::{Roots, UNSEEN_AUTHORITIES},
};

#[cfg(test)]
pub(in crate::inside) mod tests;

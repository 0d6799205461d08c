//! What `ptctl serve` serves. Every page is made once a look, so that asking for one looks at nothing.

mod exposition;
mod pages;
mod router;
mod tally;

pub(crate) use self::{
    pages::{Pages, Pulse},
    router::router,
    tally::{Outcome, Tally},
};

//! One client per API. Wire types are private to the client's own file.

pub(crate) mod any_server;
pub mod cause;
pub mod compose;
pub mod deadline;
pub mod docker;
pub mod exposition;
pub(crate) mod foreign;
pub mod http;
pub(crate) mod otlp;
pub mod tempo;
mod transport;

//! What happens between a request on an OTLP port and the store.
//!
//! - [`grpc`], [`http`], [`json`]: the receivers and their wire forms;
//! - [`wire`]: the request taken apart without copying;
//! - [`batch`]: spans checked and grouped by trace;
//! - [`span_ids`], [`truncate`]: what is checked and cut;
//! - [`live`]: the traces that are growing;
//! - [`limits`]: what a tenant may send;
//! - [`refusal`]: why a request was refused, and what the client is told;
//! - [`pipeline`]: the way of a request through all of that.

mod batch;
pub(crate) mod grpc;
pub(crate) mod http;
mod json;
mod limits;
mod live;
mod pipeline;
mod refusal;
mod span_ids;
mod truncate;
mod wire;

pub use limits::Limits;
pub(crate) use live::LiveCount;
pub(crate) use pipeline::{Pipeline, Transport};

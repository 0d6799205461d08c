//! Questions to the store, without anything of HTTP.
//!
//! - [`trace`]: one trace, put together from its fragments.

mod error;
mod trace;

pub(crate) use error::QueryError;
pub use trace::Trace;
pub(crate) use trace::{TraceByIdMetrics, TraceByIdResponse, all_traces, trace_by_id};

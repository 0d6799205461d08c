//! Questions to the store, without anything of HTTP.
//!
//! - [`trace`]: one trace, put together from its fragments;
//! - [`view`]: a trace as questions see it;
//! - [`search`]: which traces match;
//! - [`tags`]: which tags there are, and which values they have.

mod error;
mod search;
mod tags;
mod trace;
mod view;

pub(crate) use error::QueryError;
pub(crate) use search::{Criteria, FoundSpans, FoundTrace, SearchAnswer, SearchRequest, search};
pub(crate) use tags::{TagNames, TagValue, TagValues, tag_names, tag_values};
pub use trace::Trace;
pub(crate) use trace::{TraceByIdMetrics, TraceByIdResponse, all_traces, trace_by_id};
pub(crate) use view::{SpanView, TraceView, hexadecimal};

//! How spans get to the backend.
//!
//! ```text
//! span ends ─► queue (bounded, oldest dropped first) ─► worker ─► sender ─► backend
//!                                                        own thread, own runtime
//! ```
//!
//! The SDK's batch processor keeps its drop count to itself and drops the newest spans; the OTLP
//! exporter beside it turns every failure into one text without its cause, and takes any answer
//! with status 200 for success. Saying exactly what became of each span is this package's
//! purpose, so it has a processor and a sender of its own, on the SDK's processor trait and on the
//! OTLP messages and services of `opentelemetry-proto`.

mod failure;
mod grpc;
mod http;
mod processor;
mod queue;
mod report;
mod sender;
mod settings;
mod worker;

pub(crate) use processor::{ExportControl, ExportProcessor, NotInTime};
pub(crate) use settings::ExportSettings;

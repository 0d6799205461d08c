//! How spans get to the backend.
//!
//! ```text
//! span ends ─► queue (bounded in spans) ─► worker ─► sender ─► backend
//!                                            ▲ │      own thread, own runtime
//!                                            │ ▼
//!                                 retry buffer (bounded in bytes)
//! ```
//!
//! Both drop the oldest first. A batch is encoded when it leaves the queue; while the backend is
//! busy or away it waits in the buffer, until the backend takes it, refuses it for good, or newer
//! ones need its room.
//!
//! The SDK's batch processor keeps its drop count to itself and drops the newest spans; the OTLP
//! exporter beside it turns every failure into one text without its cause, and takes any answer
//! with status 200 for success. Saying exactly what became of each span is this package's
//! purpose, so it has a processor and a sender of its own, on the SDK's processor trait and on the
//! OTLP messages and services of `opentelemetry-proto`.

mod batch;
mod buffer;
mod catch_up;
mod failure;
mod grpc;
mod http;
mod outbox;
mod processor;
mod queue;
mod report;
#[cfg(test)]
mod sample;
mod sender;
mod settings;
mod worker;

pub(crate) use processor::{ExportControl, ExportProcessor, NotInTime};
pub(crate) use settings::ExportSettings;

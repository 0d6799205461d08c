//! What every PurpleTab service shares around its business: settings, serving, health, metrics, graceful
//! shutdown, uniform JSON errors, calls to peers and SQLite storage.
//!
//! Nothing here knows what any service is for. A service's `main` is one call of [`run`]:
//!
//! ```no_run
//! use axum::{Router, routing::get};
//! use service_kit::{Service, Settings, StartError};
//!
//! async fn build(_settings: Settings) -> Result<Service, StartError> {
//!     Ok(Service::new("greeter", Router::new().route("/api/hello", get(|| async { "hello" }))))
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     service_kit::run("greeter", build)
//! }
//! ```

#[cfg(feature = "database")]
pub mod database;
mod error;
mod extract;
mod health_probe;
mod metrics;
mod operations;
pub mod pagination;
mod peer;
mod processors;
mod readiness;
mod requests;
mod run;
mod serve;
mod service;
mod settings;
#[cfg(feature = "testing")]
#[expect(clippy::missing_panics_doc, reason = "a test that cannot go on panics")]
pub mod testing;

pub use error::{ApiError, ErrorBody, ErrorDetail};
pub use extract::{Json, Path, Query};
pub use peer::{Peer, PeerError};
pub use processors::{Processors, WorkPanicked};
pub use readiness::{Dependency, Readiness, Unavailable};
pub use run::{StartError, run};
pub use serve::{DRAIN_TIME, FLUSH_TIME, Running, start};
pub use service::{Background, Limits, Service};
pub use settings::{BaseUrl, Setting, SettingError, Settings};

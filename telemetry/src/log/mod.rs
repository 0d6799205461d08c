//! The service's log: one JSON object a line on standard output.

mod fields;
mod format;
mod level;

use std::sync::{Arc, PoisonError, RwLock};

use tracing::Level;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::attribute::Attribute;
use crate::config::Lookup;
use format::JsonLines;

/// The service that the log lines name; unset before the first tracer.
static SERVICE: RwLock<Option<Arc<str>>> = RwLock::new(None);

/// Sends this process's log lines to standard output as `service`'s.
///
/// Where the process has a log of its own already, that one stays.
pub(crate) fn install(service: &str, lookup: &Lookup<'_>) {
    *SERVICE.write().unwrap_or_else(PoisonError::into_inner) = Some(service.into());
    let (filter, malformed) = level::filter(lookup);
    let installed = tracing_subscriber::registry()
        .with(filter)
        .with(
            tracing_subscriber::fmt::layer()
                .event_format(JsonLines)
                .with_writer(std::io::stdout),
        )
        .try_init();
    if let Err(error) = installed {
        tracing::debug!(error = %error, "the log is set up already");
    }
    if let Some(malformed) = malformed {
        tracing::warn!(error = %malformed, "log level not understood, going on with `info`");
    }
}

/// The service that the log lines name.
pub(crate) fn service() -> Option<Arc<str>> {
    SERVICE
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}

/// Writes a line whose fields are put together at run time.
pub(crate) fn write(level: Level, message: &str, attributes: &[Attribute]) {
    let fields = fields::pack(attributes);
    match level {
        Level::ERROR => tracing::error!(telemetry.fields = fields, "{message}"),
        Level::WARN => tracing::warn!(telemetry.fields = fields, "{message}"),
        Level::INFO => tracing::info!(telemetry.fields = fields, "{message}"),
        Level::DEBUG => tracing::debug!(telemetry.fields = fields, "{message}"),
        Level::TRACE => tracing::trace!(telemetry.fields = fields, "{message}"),
    }
}

//! Starting: the log first, then the tracer.

use std::sync::Arc;

use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::config::Lookup;
use crate::error::{InitError, cause_chain};
use crate::guard::TracerGuard;
use crate::tracer::{self, ActiveTracer};
use crate::{log, tls};

/// Starts logging and tracing for this process, as the service with this name.
///
/// The log is started first and stays when tracing fails, so that the error can be logged.
pub fn init_tracer(service_name: &str) -> Result<TracerGuard, InitError> {
    let environment = |name: &str| std::env::var_os(name);
    let lookup = Lookup::new(&environment);
    log::install(service_name, &lookup);
    tls::ensure_crypto_provider();
    let tracer = Arc::new(ActiveTracer::new(SdkTracerProvider::builder().build()));
    tracer::activate(Arc::clone(&tracer)).map_err(|_| InitError::AlreadyActive)?;
    Ok(TracerGuard::new(Some(tracer)))
}

/// Starts as [`init_tracer`] does; a failure is logged, and the service goes on without tracing.
pub fn init_or_warn(service_name: &str) -> Option<TracerGuard> {
    match init_tracer(service_name) {
        Ok(guard) => Some(guard),
        Err(error) => {
            tracing::warn!(
                error = cause_chain(&error),
                "failed to initialize tracer, continuing without tracing"
            );
            None
        }
    }
}

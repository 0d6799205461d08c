//! Starting: the log first, then the tracer.

use std::sync::Arc;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::config::{Config, Exporter, Lookup, Tracing};
use crate::counters::Counters;
use crate::error::{InitError, cause_chain};
use crate::export::{ExportControl, ExportProcessor, ExportSettings};
use crate::guard::TracerGuard;
use crate::tracer::{self, ActiveTracer};
use crate::{log, tls};

/// Starts logging and tracing for this process, as the service with this name.
///
/// The log is started first and stays when tracing fails, so that the error can be logged. The
/// backend need not be there: spans are made at once, wait in a bounded queue and are sent when it
/// is. There is one tracer in a process, until its guard is shut down or dropped.
///
/// The environment decides about everything else: `TEMPO_ENDPOINT` (`host:port`, OTLP over gRPC,
/// `tempo:4317` unless set) or the standard `OTEL_*` variables.
///
/// ```no_run
/// # async fn serve() {}
/// # async fn run() -> Result<(), telemetry::InitError> {
/// let tracing = telemetry::init_tracer("docutag-controller")?;
/// serve().await;
/// tracing.shutdown().await;
/// # Ok(())
/// # }
/// ```
pub fn init_tracer(service_name: &str) -> Result<TracerGuard, InitError> {
    let environment = |name: &str| std::env::var_os(name);
    let lookup = Lookup::new(&environment);
    log::install(service_name, &lookup);
    tls::ensure_crypto_provider();
    match Config::read(service_name, &lookup)? {
        Config::Disabled => {
            tracing::info!("tracing is disabled by OTEL_SDK_DISABLED");
            Ok(TracerGuard::inert())
        }
        Config::Enabled(tracing) => start(*tracing),
    }
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

fn start(config: Tracing) -> Result<TracerGuard, InitError> {
    announce(&config);
    for note in &config.notes {
        tracing::warn!("{note}");
    }
    let resource = Resource::builder_empty()
        .with_attributes(config.resource)
        .build();
    // The SDK reads OTEL_TRACES_SAMPLER as well and would warn, untruly, that ours is replaced.
    let quiet = tracing::subscriber::NoSubscriber::new();
    let mut provider = tracing::subscriber::with_default(quiet, SdkTracerProvider::builder)
        .with_sampler(config.sampler)
        .with_resource(resource.clone());
    let mut export: Option<ExportControl> = None;
    if let Exporter::Otlp(otlp) = config.exporter {
        let settings = ExportSettings::new(*otlp);
        let processor = ExportProcessor::start(settings, resource, Counters::of_this_process())?;
        export = Some(processor.control());
        provider = provider.with_span_processor(processor);
    }
    let tracer = Arc::new(ActiveTracer::new(provider.build()));
    tracer::activate(Arc::clone(&tracer)).map_err(|_| InitError::AlreadyActive)?;
    tracing::info!("tracer initialized successfully");
    tracing::info!("tracing initialized successfully");
    Ok(TracerGuard::new(tracer, export))
}

/// Says what is about to be started.
fn announce(config: &Tracing) {
    let sampler = config.sampler_name.as_str();
    match &config.exporter {
        Exporter::Otlp(otlp) => tracing::info!(
            tempo_endpoint = %otlp.endpoint,
            endpoint_source = %otlp.endpoint.source(),
            protocol = %otlp.endpoint.protocol(),
            sampler,
            "initializing tracer"
        ),
        Exporter::None => tracing::info!(
            sampler,
            "initializing tracer, spans are not exported (OTEL_TRACES_EXPORTER is `none`)"
        ),
    }
}

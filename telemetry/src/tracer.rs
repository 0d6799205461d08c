//! The process's active tracer: where every span of this package comes from.
//!
//! There is at most one. Without one, spans are inert, but an incoming trace context still passes
//! through to outgoing requests and log lines.

use std::sync::{Arc, PoisonError, RwLock};

use opentelemetry::trace::{SpanBuilder, Tracer, TracerProvider};
use opentelemetry::{Context, InstrumentationScope};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, Span};

static ACTIVE: RwLock<Option<Arc<ActiveTracer>>> = RwLock::new(None);

/// A tracer provider, with the tracer that this package's own spans come from.
#[derive(Debug)]
pub(crate) struct ActiveTracer {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl ActiveTracer {
    /// Wraps `provider`.
    pub(crate) fn new(provider: SdkTracerProvider) -> Self {
        let scope = InstrumentationScope::builder(env!("CARGO_PKG_NAME"))
            .with_version(env!("CARGO_PKG_VERSION"))
            .build();
        let tracer = provider.tracer_with_scope(scope);
        Self { provider, tracer }
    }

    /// Starts a span of this package's own scope.
    pub(crate) fn start(&self, builder: SpanBuilder, parent: &Context) -> Span {
        self.tracer.build_with_context(builder, parent)
    }

    /// Makes no more spans. The export must have ended before.
    pub(crate) fn end(&self) {
        if let Err(error) = self.provider.shutdown() {
            tracing::warn!(error = %error, "the tracer did not end in good order");
        }
    }

    /// Starts a span of the scope given.
    pub(crate) fn start_in_scope(
        &self,
        scope: InstrumentationScope,
        builder: SpanBuilder,
        parent: &Context,
    ) -> Span {
        self.provider
            .tracer_with_scope(scope)
            .build_with_context(builder, parent)
    }
}

/// A tracer is active already.
#[derive(Debug)]
pub(crate) struct AlreadyActive;

/// Makes `tracer` the active one, unless there is one.
pub(crate) fn activate(tracer: Arc<ActiveTracer>) -> Result<(), AlreadyActive> {
    let mut active = ACTIVE.write().unwrap_or_else(PoisonError::into_inner);
    if active.is_some() {
        return Err(AlreadyActive);
    }
    *active = Some(tracer);
    Ok(())
}

/// Takes the active tracer away, if it is `tracer`.
pub(crate) fn deactivate(tracer: &Arc<ActiveTracer>) {
    let mut active = ACTIVE.write().unwrap_or_else(PoisonError::into_inner);
    if active
        .as_ref()
        .is_some_and(|current| Arc::ptr_eq(current, tracer))
    {
        *active = None;
    }
}

/// The active tracer, if any.
pub(crate) fn active() -> Option<Arc<ActiveTracer>> {
    ACTIVE
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}

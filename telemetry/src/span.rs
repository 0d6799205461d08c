//! Spans: starting them, what is written on them, and running code inside them.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use opentelemetry::trace::{SpanBuilder, SpanKind, TraceContextExt};
use opentelemetry::{Context, ContextGuard};

use crate::attribute::{Attribute, to_key_values};
use crate::correlation::{SpanId, TraceId};
use crate::instrument::{InPlace, Instrumented};
use crate::recording::{add_event, record_exception, record_panic, set_attributes};
use crate::tracer;

/// A span that this code owns: it ends when this value is dropped.
///
/// It is current only while code runs inside it: through [`Span::instrument`] for a future,
/// [`Span::in_scope`] for plain code, or [`Span::enter`] for the rest of a block.
/// Without a tracer it is inert, and everything else goes on as usual.
#[derive(Debug)]
#[must_use = "a span that is dropped at once has no duration"]
pub struct Span {
    context: Context,
}

/// Starts a span as a child of the current one, or as the root of a new trace if there is none.
///
/// ```
/// # async fn load(id: u64) -> u64 { id }
/// # async fn handler() {
/// let span = telemetry::start_span("store.load", &[("document.id", 7.into())]);
/// let document = span.instrument(load(7)).await;
/// # assert_eq!(document, 7);
/// # }
/// ```
pub fn start_span(name: impl Into<Cow<'static, str>>, attributes: &[Attribute]) -> Span {
    let builder = builder(name, SpanKind::Internal, attributes);
    Context::map_current(|parent| Span::start(builder, parent))
}

/// Starts a span as the root of a new trace, whatever span is current: for work that nobody
/// asked for just now, such as a scheduled run.
///
/// ```
/// # async fn run_task() {}
/// # async fn tick() {
/// let run = telemetry::start_root_span("task.run", &[("task.name", "nightly".into())]);
/// run.instrument(run_task()).await;
/// # }
/// ```
pub fn start_root_span(name: impl Into<Cow<'static, str>>, attributes: &[Attribute]) -> Span {
    Span::start(
        builder(name, SpanKind::Internal, attributes),
        &Context::new(),
    )
}

/// The span that is current here, to take along into a spawned task or another thread.
///
/// ```
/// # async fn index(text: String) {}
/// # async fn handler(text: String) {
/// tokio::spawn(telemetry::current_span().instrument(index(text)));
/// # }
/// ```
pub fn current_span() -> CurrentSpan {
    CurrentSpan {
        context: Context::current(),
    }
}

/// Writes attributes on the current span; an attribute of the same name is replaced.
pub fn add_span_attributes(attributes: &[Attribute]) {
    Context::map_current(|context| set_attributes(context, attributes));
}

/// Writes an event, with its time, on the current span.
///
/// ```
/// telemetry::add_span_event("cache_hit", &[("key", "https://example.com/".into())]);
/// ```
pub fn add_span_event(name: impl Into<Cow<'static, str>>, attributes: &[Attribute]) {
    Context::map_current(|context| add_event(context, name, attributes));
}

/// Records `error` on the current span: an `exception` event with the whole cause chain as its
/// message, and status error.
pub fn record_error<E>(error: &E)
where
    E: Error + ?Sized,
{
    Context::map_current(|context| record_exception(context, error));
}

impl Span {
    /// Starts a span from `builder` below `parent`.
    pub(crate) fn start(builder: SpanBuilder, parent: &Context) -> Self {
        let context = match tracer::active() {
            Some(active) => parent.with_span(active.start(builder, parent)),
            // The caller's ids stay current, but its span is not this code's to end.
            None => parent.with_remote_span_context(parent.span().span_context().clone()),
        };
        Self { context }
    }

    /// Takes over a context whose span this code is to end.
    pub(crate) fn from_context(context: Context) -> Self {
        Self { context }
    }

    /// The context in which this span is current.
    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// Writes attributes on this span; an attribute of the same name is replaced.
    pub fn add_attributes(&self, attributes: &[Attribute]) {
        set_attributes(&self.context, attributes);
    }

    /// Writes an event, with its time, on this span.
    pub fn add_event(&self, name: impl Into<Cow<'static, str>>, attributes: &[Attribute]) {
        add_event(&self.context, name, attributes);
    }

    /// Records `error` on this span as [`record_error`] does.
    pub fn record_error<E>(&self, error: &E)
    where
        E: Error + ?Sized,
    {
        record_exception(&self.context, error);
    }

    /// The id of the trace this span belongs to, unless there is no tracer.
    pub fn trace_id(&self) -> Option<TraceId> {
        TraceId::of(&self.context)
    }

    /// The id of this span, unless there is no tracer.
    pub fn span_id(&self) -> Option<SpanId> {
        SpanId::of(&self.context)
    }

    /// Runs `future` inside this span, which ends when the future is done or dropped. A panic in
    /// it is recorded as an error and goes on.
    pub fn instrument<F>(self, future: F) -> Instrumented<F>
    where
        F: Future,
    {
        Instrumented { future, span: self }
    }

    /// Runs `work` inside this span.
    pub fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        run_in(&self.context, work)
    }

    /// Makes this span current on this thread until the guard is dropped, which ends it. Never
    /// hold the guard over an `.await`: use [`Span::instrument`] there.
    pub fn enter(self) -> EnteredSpan {
        EnteredSpan {
            _current: self.context.clone().attach(),
            span: self,
        }
    }

    /// Ends this span now.
    pub fn end(self) {
        drop(self);
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        self.context.span().end();
    }
}

/// A span that is current on this thread; see [`Span::enter`].
#[must_use = "the span ends when this guard is dropped"]
pub struct EnteredSpan {
    // The order matters: the span stops being current before it ends.
    _current: ContextGuard,
    span: Span,
}

impl EnteredSpan {
    /// The span itself.
    pub fn span(&self) -> &Span {
        &self.span
    }
}

impl fmt::Debug for EnteredSpan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EnteredSpan")
            .field("span", &self.span)
            .finish_non_exhaustive()
    }
}

/// The place of some code in a trace, without ownership: dropping it ends nothing.
#[derive(Debug, Clone)]
pub struct CurrentSpan {
    context: Context,
}

impl CurrentSpan {
    /// Runs `future` in this place.
    pub fn instrument<F>(self, future: F) -> InPlace<F>
    where
        F: Future,
    {
        InPlace {
            future,
            context: self.context,
        }
    }

    /// Runs `work` in this place, for example inside `spawn_blocking`.
    pub fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        let _current = self.context.clone().attach();
        work()
    }
}

/// Runs `work` with `context` current; a panic ends its span with an error, then goes on.
pub(crate) fn run_in<T>(context: &Context, work: impl FnOnce() -> T) -> T {
    let _current = context.clone().attach();
    // The value that panicked is never looked at again: the panic goes on below.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(value) => value,
        Err(panic) => {
            record_panic(context, panic.as_ref());
            context.span().end();
            resume_unwind(panic)
        }
    }
}

/// Describes a span about to be started.
pub(crate) fn builder(
    name: impl Into<Cow<'static, str>>,
    kind: SpanKind,
    attributes: &[Attribute],
) -> SpanBuilder {
    SpanBuilder::from_name(name)
        .with_kind(kind)
        .with_attributes(to_key_values(attributes))
}

//! Futures that run inside a span.

use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use pin_project_lite::pin_project;

use crate::span::{Span, run_in};

pin_project! {
    /// A future that runs inside a span of its own; see [`Span::instrument`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Instrumented<F> {
        #[pin]
        pub(crate) future: F,
        pub(crate) span: Span,
    }
}

impl<F> Future for Instrumented<F>
where
    F: Future,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut task::Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let polled = run_in(this.span.context(), || this.future.poll(task));
        if polled.is_ready() {
            // The value may be kept long after it is done: the span ends here, not at its drop.
            this.span.context().span().end();
        }
        polled
    }
}

pin_project! {
    /// A future that runs inside a span that others own; see [`CurrentSpan::instrument`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InPlace<F> {
        #[pin]
        pub(crate) future: F,
        pub(crate) context: Context,
    }
}

impl<F> Future for InPlace<F>
where
    F: Future,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut task::Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let _current = this.context.clone().attach();
        this.future.poll(task)
    }
}

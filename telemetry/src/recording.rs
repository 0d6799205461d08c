//! Writing on the span of a context. What is not recorded costs nothing.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error;

use opentelemetry::trace::{Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use opentelemetry_semantic_conventions::attribute::{
    ERROR_TYPE, EXCEPTION_MESSAGE, EXCEPTION_TYPE,
};

use crate::attribute::{Attribute, to_key_values};
use crate::error::cause_chain;

/// Writes attributes on the span in `context`.
pub(crate) fn set_attributes(context: &Context, attributes: &[Attribute]) {
    let span = context.span();
    if span.is_recording() {
        span.set_attributes(to_key_values(attributes));
    }
}

/// Writes an event on the span in `context`.
pub(crate) fn add_event(
    context: &Context,
    name: impl Into<Cow<'static, str>>,
    attributes: &[Attribute],
) {
    let span = context.span();
    if span.is_recording() {
        span.add_event(name, to_key_values(attributes));
    }
}

/// Writes the `exception` event of the semantic conventions, and status error.
pub(crate) fn record_exception<E>(context: &Context, error: &E)
where
    E: Error + ?Sized,
{
    let span = context.span();
    if span.is_recording() {
        let message = cause_chain(error);
        span.add_event(
            "exception",
            vec![
                KeyValue::new(EXCEPTION_TYPE, std::any::type_name::<E>()),
                KeyValue::new(EXCEPTION_MESSAGE, message.clone()),
            ],
        );
        span.set_status(Status::error(message));
    }
}

/// Writes the `exception` event of a panic, and status error.
pub(crate) fn record_panic(context: &Context, panic: &(dyn Any + Send)) {
    let span = context.span();
    if span.is_recording() {
        let message = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "the panic carries no text".to_owned());
        span.add_event(
            "exception",
            vec![
                KeyValue::new(EXCEPTION_TYPE, "panic"),
                KeyValue::new(EXCEPTION_MESSAGE, message.clone()),
            ],
        );
        span.set_attribute(KeyValue::new(ERROR_TYPE, "panic"));
        span.set_status(Status::error(format!("panic: {message}")));
    }
}

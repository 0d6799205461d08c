//! The form of a line: `time`, `level`, `msg`, `service`, the ids of trace, span and request, then
//! the fields.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use opentelemetry::Context;
use serde_json::Value as Json;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::fields;
use crate::correlation::{SpanId, TraceId};
use crate::error::cause_chain;
use crate::http::RequestId;

/// The names that a line's own parts have; a field of the same name is written as `field.<name>`.
const RESERVED: [&str; 7] = [
    "time",
    "level",
    "msg",
    "service",
    "trace_id",
    "span_id",
    "request_id",
];

/// Formats log events as JSON, one object a line.
#[derive(Debug)]
pub(super) struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut content = Content::default();
        event.record(&mut content);
        let mut line = Line::begin();
        // Nanoseconds, so that lines of several services fall into order.
        line.text("time", &format!("{:.9}", Timestamp::now()));
        line.text("level", event.metadata().level().as_str());
        line.text("msg", &content.message);
        if let Some(service) = super::service() {
            line.text("service", &service);
        }
        Context::map_current(|context| {
            if let Some(id) = TraceId::of(context) {
                line.text("trace_id", &id.to_string());
            }
            if let Some(id) = SpanId::of(context) {
                line.text("span_id", &id.to_string());
            }
            if let Some(id) = context.get::<RequestId>() {
                line.text("request_id", id.as_str());
            }
        });
        for (name, value) in &content.fields {
            line.field(name, value);
        }
        writer.write_str(&line.end())
    }
}

/// A line in the making.
struct Line {
    text: String,
}

impl Line {
    fn begin() -> Self {
        let mut text = String::with_capacity(256);
        text.push('{');
        Self { text }
    }

    fn text(&mut self, name: &str, value: &str) {
        self.field_unchecked(name, &Json::from(value));
    }

    fn field(&mut self, name: &str, value: &Json) {
        if RESERVED.contains(&name) {
            self.field_unchecked(&format!("field.{name}"), value);
        } else {
            self.field_unchecked(name, value);
        }
    }

    fn field_unchecked(&mut self, name: &str, value: &Json) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        self.text.push_str(&Json::from(name).to_string());
        self.text.push(':');
        self.text.push_str(&value.to_string());
    }

    fn end(mut self) -> String {
        self.text.push_str("}\n");
        self.text
    }
}

/// What an event says.
#[derive(Debug, Default)]
struct Content {
    message: String,
    /// In the order in which the code names them.
    fields: Vec<(Cow<'static, str>, Json)>,
}

impl Content {
    fn put(&mut self, field: &Field, value: Json) {
        self.fields.push((field.name().into(), value));
    }
}

impl Visit for Content {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        if field.name() == "message" {
            self.message = text;
        } else {
            self.put(field, text.into());
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else if field.name() == fields::CARRIER
            && let Some(fields) = fields::unpack(value)
        {
            self.fields
                .extend(fields.into_iter().map(|(name, value)| (name.into(), value)));
        } else {
            self.put(field, value.into());
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.put(field, cause_chain(value).into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }
}

//! A trace as questions see it: its spans side by side, its root, its extent.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};

use super::trace::Trace;

/// The service name of a trace whose root has not come yet, as Tempo gives it.
pub(crate) const ROOT_NOT_YET_RECEIVED: &str = "<root span not yet received>";

/// A span with what it belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SpanView<'trace> {
    pub(crate) resource: Option<&'trace Resource>,
    pub(crate) scope: Option<&'trace InstrumentationScope>,
    pub(crate) span: &'trace Span,
}

impl<'trace> SpanView<'trace> {
    /// How long the span lasted; nothing if it ended before it began.
    pub(crate) fn duration(&self) -> Duration {
        Duration::from_nanos(
            self.span
                .end_time_unix_nano
                .saturating_sub(self.span.start_time_unix_nano),
        )
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.span
            .status
            .as_ref()
            .map_or(StatusCode::Unset, Status::code)
    }

    pub(crate) fn resource_attributes(&self) -> &'trace [KeyValue] {
        self.resource
            .map(|resource| resource.attributes.as_slice())
            .unwrap_or_default()
    }

    /// The `service.name` of the resource.
    pub(crate) fn service_name(&self) -> Option<&'trace str> {
        let attribute = self
            .resource_attributes()
            .iter()
            .find(|attribute| attribute.key == "service.name")?;
        match attribute.value.as_ref()?.value.as_ref()? {
            Value::StringValue(name) => Some(name),
            _ => None,
        }
    }
}

/// How many spans a service has in a trace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ServiceStats {
    pub(crate) spans: u32,
    pub(crate) errors: u32,
}

/// A trace taken apart.
#[derive(Debug)]
pub(crate) struct TraceView<'trace> {
    pub(crate) spans: Vec<SpanView<'trace>>,
    root: Option<usize>,
    start: u64,
    end: u64,
}

impl<'trace> TraceView<'trace> {
    pub(crate) fn of(trace: &'trace Trace) -> Self {
        let mut view = Self {
            spans: Vec::new(),
            root: None,
            start: u64::MAX,
            end: 0,
        };
        for resource_spans in &trace.resource_spans {
            for scope_spans in &resource_spans.scope_spans {
                for span in &scope_spans.spans {
                    view.add(SpanView {
                        resource: resource_spans.resource.as_ref(),
                        scope: scope_spans.scope.as_ref(),
                        span,
                    });
                }
            }
        }
        view
    }

    fn add(&mut self, view: SpanView<'trace>) {
        if self.root.is_none() && view.span.parent_span_id.iter().all(|byte| *byte == 0) {
            self.root = Some(self.spans.len());
        }
        self.start = self.start.min(view.span.start_time_unix_nano);
        self.end = self.end.max(view.span.end_time_unix_nano);
        self.spans.push(view);
    }

    fn root(&self) -> Option<&SpanView<'trace>> {
        self.root.and_then(|index| self.spans.get(index))
    }

    /// The name of the root span, if it has come.
    pub(crate) fn root_name(&self) -> Option<&'trace str> {
        self.root().map(|root| root.span.name.as_str())
    }

    /// The service of the root span, if it has come and has one.
    pub(crate) fn root_service_name(&self) -> Option<&'trace str> {
        self.root().and_then(SpanView::service_name)
    }

    /// What a search shows as the service of the root.
    pub(crate) fn shown_root_service(&self) -> &'trace str {
        if self.root.is_none() {
            return ROOT_NOT_YET_RECEIVED;
        }
        self.root_service_name().unwrap_or_default()
    }

    /// Earliest start of a span, nanoseconds since the epoch.
    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// From the earliest start to the latest end.
    pub(crate) fn duration(&self) -> Duration {
        Duration::from_nanos(self.end.saturating_sub(self.start))
    }

    /// Spans and errors of each service.
    pub(crate) fn service_stats(&self) -> BTreeMap<&'trace str, ServiceStats> {
        let mut stats = BTreeMap::<&str, ServiceStats>::new();
        for span in &self.spans {
            let service = stats
                .entry(span.service_name().unwrap_or_default())
                .or_default();
            service.spans += 1;
            if span.status() == StatusCode::Error {
                service.errors += 1;
            }
        }
        stats
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        if write!(text, "{byte:02x}").is_err() {
            text.clear();
        }
        text
    })
}

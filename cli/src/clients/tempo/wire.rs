//! Traces as Tempo answers them: protobuf's JSON mapping, with ids in base64 and 64-bit numbers as text; OTLP's own JSON,
//! with ids in hexadecimal and enums as numbers, is read too. What looks like a secret is taken out.

use std::sync::Arc;

use ptctl_diagnosis::{
    redact::{self, CredentialSign, REDACTED},
    trace::{Credential, Event, Link, Resource, Span, SpanId, SpanKind, Status, TraceId},
};
use serde::Deserialize;
use serde_json::{Number, Value};

/// The answer of `/api/traces/{id}`: Tempo calls the list `batches`, OTLP calls it `resourceSpans`.
#[derive(Deserialize)]
pub(super) struct WireTrace {
    #[serde(alias = "resourceSpans")]
    batches: Vec<WireBatch>,
}

/// The answer of `/api/v2/traces/{id}`; a trace without spans is left empty.
#[derive(Deserialize)]
pub(super) struct WireAnswer {
    pub(super) trace: WirePerhaps,
    /// `PARTIAL` where Tempo left spans out.
    #[serde(default)]
    pub(super) status: Value,
    #[serde(default)]
    pub(super) message: String,
}

/// A trace that may be empty.
#[derive(Deserialize)]
pub(super) struct WirePerhaps {
    #[serde(default, rename = "resourceSpans", alias = "batches")]
    batches: Vec<WireBatch>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireBatch {
    #[serde(default)]
    resource: WireResource,
    /// Tempo 1.x: `instrumentationLibrarySpans`.
    #[serde(default, alias = "instrumentationLibrarySpans")]
    scope_spans: Vec<WireScopeSpans>,
}

#[derive(Default, Deserialize)]
struct WireResource {
    #[serde(default)]
    attributes: Vec<WireAttribute>,
}

#[derive(Deserialize)]
struct WireAttribute {
    #[serde(default)]
    key: String,
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
struct WireScopeSpans {
    #[serde(default, alias = "instrumentationLibrary")]
    scope: WireScope,
    #[serde(default)]
    spans: Vec<WireSpan>,
}

#[derive(Default, Deserialize)]
struct WireScope {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireSpan {
    #[serde(default)]
    span_id: String,
    #[serde(default)]
    parent_span_id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: Value,
    #[serde(default)]
    start_time_unix_nano: Value,
    #[serde(default)]
    end_time_unix_nano: Value,
    #[serde(default)]
    attributes: Vec<WireAttribute>,
    #[serde(default)]
    events: Vec<WireEvent>,
    #[serde(default)]
    links: Vec<WireLink>,
    #[serde(default)]
    status: WireStatus,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEvent {
    #[serde(default)]
    time_unix_nano: Value,
    #[serde(default)]
    name: String,
    #[serde(default)]
    attributes: Vec<WireAttribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireLink {
    #[serde(default)]
    trace_id: String,
    #[serde(default)]
    span_id: String,
}

#[derive(Default, Deserialize)]
struct WireStatus {
    #[serde(default)]
    code: Value,
    #[serde(default)]
    message: String,
}

/// The spans of an answer.
#[derive(Debug, Default, PartialEq)]
pub(super) struct ReadSpans {
    pub(super) spans: Vec<Span>,
    /// Spans without an id that can be read.
    pub(super) unreadable: usize,
    /// The attributes that held a credential, before it was taken out.
    pub(super) credentials: Vec<Credential>,
}

/// The names of attributes that held a credential, with what gave it away.
type Found = Vec<(String, CredentialSign)>;

impl From<WireTrace> for ReadSpans {
    fn from(trace: WireTrace) -> Self {
        Self::of(trace.batches)
    }
}

impl From<WirePerhaps> for ReadSpans {
    fn from(trace: WirePerhaps) -> Self {
        Self::of(trace.batches)
    }
}

impl ReadSpans {
    fn of(batches: Vec<WireBatch>) -> Self {
        let mut read = Self::default();
        for batch in batches {
            let mut found = Found::new();
            let attributes = attributes(batch.resource.attributes, &mut found);
            let service = attributes
                .iter()
                .find(|(key, _)| key == "service.name")
                .and_then(|(_, value)| value.as_str().map(str::to_owned));
            let resource = Arc::new(Resource {
                service,
                attributes,
            });
            read.note(&resource, "", found);
            for scope_spans in batch.scope_spans {
                let scope = redact::text(&scope_spans.scope.name);
                let scope: Option<Arc<str>> = (!scope.is_empty()).then(|| scope.into());
                for span in scope_spans.spans {
                    let mut found = Found::new();
                    match span.read(&resource, scope.as_ref(), &mut found) {
                        Some(span) => {
                            read.note(&resource, &span.name, found);
                            read.spans.push(span);
                        }
                        None => read.unreadable += 1,
                    }
                }
            }
        }
        read
    }

    fn note(&mut self, resource: &Resource, span: &str, found: Found) {
        let credentials = found.into_iter().map(|(key, sign)| {
            let service = resource.service.clone();
            (service, span.to_owned(), redact::text(&key), sign)
        });
        self.credentials.extend(credentials);
    }
}

impl WireSpan {
    fn read(
        self,
        resource: &Arc<Resource>,
        scope: Option<&Arc<str>>,
        found: &mut Found,
    ) -> Option<Span> {
        let mut events = Vec::with_capacity(self.events.len());
        for event in self.events {
            events.push(Event {
                at: nanoseconds(&event.time_unix_nano),
                name: redact::text(&event.name),
                attributes: attributes(event.attributes, found),
            });
        }
        let link = |link: WireLink| {
            Some(Link {
                trace_id: TraceId::of_wire(&link.trace_id)?,
                span_id: SpanId::of_wire(&link.span_id)?,
            })
        };
        Some(Span {
            id: SpanId::of_wire(&self.span_id)?,
            parent: SpanId::of_wire(&self.parent_span_id),
            parent_is_unreadable: names_something_else(&self.parent_span_id),
            resource: Arc::clone(resource),
            scope: scope.cloned(),
            name: redact::text(&self.name),
            kind: kind(&self.kind),
            start: nanoseconds(&self.start_time_unix_nano),
            end: nanoseconds(&self.end_time_unix_nano),
            status: self.status.read(),
            attributes: attributes(self.attributes, found),
            events,
            links: self.links.into_iter().filter_map(link).collect(),
        })
    }
}

/// Whether a text that should be a span's id is none, and does not stand for none either.
fn names_something_else(id: &str) -> bool {
    // Zeros are `0` in hexadecimal and `A` in base64.
    let is_none = id.bytes().all(|byte| b"0A=".contains(&byte));
    !is_none && SpanId::of_wire(id).is_none()
}

impl WireStatus {
    fn read(self) -> Status {
        match (self.code.as_str(), self.code.as_u64()) {
            (Some("STATUS_CODE_ERROR"), _) | (_, Some(2)) => {
                Status::Error(redact::text(&self.message))
            }
            (Some("STATUS_CODE_OK"), _) | (_, Some(1)) => Status::Ok,
            _ => Status::Unset,
        }
    }
}

/// The name of the kind, or its number (<https://github.com/open-telemetry/opentelemetry-proto>, `Span.SpanKind`).
fn kind(value: &Value) -> SpanKind {
    match (value.as_str(), value.as_u64()) {
        (Some("SPAN_KIND_INTERNAL"), _) | (_, Some(1)) => SpanKind::Internal,
        (Some("SPAN_KIND_SERVER"), _) | (_, Some(2)) => SpanKind::Server,
        (Some("SPAN_KIND_CLIENT"), _) | (_, Some(3)) => SpanKind::Client,
        (Some("SPAN_KIND_PRODUCER"), _) | (_, Some(4)) => SpanKind::Producer,
        (Some("SPAN_KIND_CONSUMER"), _) | (_, Some(5)) => SpanKind::Consumer,
        _ => SpanKind::Unspecified,
    }
}

/// A moment, as text or as a number; 0 where there is none.
fn nanoseconds(value: &Value) -> u64 {
    let of_text = || value.as_str().and_then(|text| text.parse().ok());
    value.as_u64().or_else(of_text).unwrap_or_default()
}

fn attributes(wire: Vec<WireAttribute>, found: &mut Found) -> Vec<(String, Value)> {
    let attribute = |attribute: WireAttribute| {
        let value = plain(attribute.value, found);
        let value = without_secret(&attribute.key, value, found);
        (attribute.key, value)
    };
    wire.into_iter().map(attribute).collect()
}

/// The value itself out of `{"stringValue": …}`; nothing for a form that OTLP does not have.
fn plain(value: Value, found: &mut Found) -> Value {
    let Value::Object(forms) = value else {
        return Value::Null;
    };
    let Some((form, value)) = forms.into_iter().next() else {
        return Value::Null;
    };
    match form.as_str() {
        "intValue" => match value.as_str().and_then(|text| text.parse::<i64>().ok()) {
            Some(number) => Value::Number(Number::from(number)),
            None => value,
        },
        "stringValue" | "boolValue" | "doubleValue" | "bytesValue" => value,
        "arrayValue" => {
            let values = list(value, "values").into_iter();
            Value::Array(values.map(|value| plain(value, found)).collect())
        }
        "kvlistValue" => {
            let entries = list(value, "values");
            let read = entries
                .into_iter()
                .filter_map(|entry| serde_json::from_value(entry).ok());
            Value::Object(attributes(read.collect(), found).into_iter().collect())
        }
        _ => Value::Null,
    }
}

/// A value without what looks like a secret under its name, and so each one of a list of them.
fn without_secret(key: &str, value: Value, found: &mut Found) -> Value {
    match value {
        Value::String(text) => {
            let shown = redact::value(key, &text);
            if shown.contains(REDACTED)
                && let Some(sign) = redact::credential(key, &text)
            {
                found.push((key.to_owned(), sign));
            }
            Value::String(shown)
        }
        Value::Array(values) => {
            let values = values.into_iter();
            Value::Array(
                values
                    .map(|value| without_secret(key, value, found))
                    .collect(),
            )
        }
        value => value,
    }
}

fn list(value: Value, name: &str) -> Vec<Value> {
    match value {
        Value::Object(mut fields) => match fields.remove(name) {
            Some(Value::Array(values)) => values,
            Some(_) | None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;

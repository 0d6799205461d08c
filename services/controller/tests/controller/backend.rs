//! The trace backend, in this process, and what arrived at it.

use std::collections::BTreeMap;

use minitempo::{Config, Running, Server};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A span as it arrived at the backend.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReceivedSpan {
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) kind: i64,
    pub(crate) attributes: BTreeMap<String, Value>,
    pub(crate) events: Vec<(String, BTreeMap<String, Value>)>,
}

/// OTLP's number for a server span.
pub(crate) const SERVER: i64 = 2;

/// OTLP's number for a client span.
pub(crate) const CLIENT: i64 = 3;

pub(crate) struct Backend {
    tempo: Running,
    _data: TempDir,
}

impl Backend {
    pub(crate) async fn start() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let tempo = Server::start(Config::ephemeral(data.path()))
            .await
            .expect("a backend");
        Self { tempo, _data: data }
    }

    pub(crate) fn endpoint(&self) -> String {
        self.tempo
            .otlp_grpc_addr()
            .expect("a gRPC receiver")
            .to_string()
    }

    pub(crate) async fn spans(&self) -> Vec<ReceivedSpan> {
        let traces = self.tempo.received().await.expect("the traces can be read");
        traces
            .iter()
            .flat_map(|trace| spans(&json!(trace)))
            .collect()
    }
}

fn spans(trace: &Value) -> Vec<ReceivedSpan> {
    let mut spans = Vec::new();
    for resource in list(&trace["resourceSpans"]) {
        let service = attributes(&resource["resource"]["attributes"])["service.name"].clone();
        for span in list(&resource["scopeSpans"])
            .iter()
            .flat_map(|scope| list(&scope["spans"]))
        {
            spans.push(ReceivedSpan {
                service: text(&service),
                name: text(&span["name"]),
                trace: text(&span["traceId"]),
                id: text(&span["spanId"]),
                parent: text(&span["parentSpanId"]),
                kind: span["kind"].as_i64().unwrap_or(0),
                attributes: attributes(&span["attributes"]),
                events: list(&span["events"])
                    .iter()
                    .map(|event| (text(&event["name"]), attributes(&event["attributes"])))
                    .collect(),
            });
        }
    }
    spans
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("").to_owned()
}

/// OTLP's attributes by name, each value without its type; 64-bit numbers are texts in OTLP's JSON.
fn attributes(value: &Value) -> BTreeMap<String, Value> {
    let bare = |value: &Value| {
        value
            .as_object()
            .and_then(|typed| typed.values().next())
            .cloned()
            .unwrap_or(Value::Null)
    };
    list(value)
        .iter()
        .map(|entry| (text(&entry["key"]), bare(&entry["value"])))
        .collect()
}

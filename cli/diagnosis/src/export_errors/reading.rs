//! What a rule read from a line, before the shared cause texts are asked.

use super::{Component, ErrorKind, Loss, Outcome, Signal, envelope::Record};

/// What a rule read.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) component: Component,
    pub(super) outcome: Outcome,
    pub(super) lost: Loss,
    /// The cause, where the message itself is the cause; else it is looked for in the text.
    pub(super) kind: Option<ErrorKind>,
    /// The commonest cause of this message where its text names none.
    pub(super) likeliest: ErrorKind,
}

impl Reading {
    pub(super) fn failed(component: Component, lost: Loss) -> Self {
        Self {
            component,
            outcome: Outcome::Failed,
            lost,
            kind: None,
            likeliest: ErrorKind::BackendDown,
        }
    }

    pub(super) fn misconfigured(component: Component, kind: ErrorKind) -> Self {
        Self {
            outcome: Outcome::Misconfigured,
            kind: Some(kind),
            ..Self::failed(component, Loss::Unknown)
        }
    }

    pub(super) fn kind(self, kind: ErrorKind) -> Self {
        Self {
            kind: Some(kind),
            ..self
        }
    }

    pub(super) fn likeliest(self, likeliest: ErrorKind) -> Self {
        Self { likeliest, ..self }
    }
}

/// Whether any of the sentences stands in the text.
pub(super) fn says(text: &str, sentences: &[&str]) -> bool {
    sentences.iter().any(|sentence| text.contains(sentence))
}

/// The signal that a line names: by a field of the collector's, else by OTLP paths and services, else by the words of
/// the SDKs.
pub(super) fn signal_of(record: &Record<'_>) -> Signal {
    for name in ["otelcol.signal", "data_type", "signal", "pipeline"] {
        match record.field(name) {
            Some(value) if value.starts_with("trace") => return Signal::Traces,
            Some(value) if value.starts_with("metric") => return Signal::Metrics,
            Some(value) if value.starts_with("log") => return Signal::Logs,
            Some(_) | None => {}
        }
    }
    // Where a proxy says that the request went.
    for name in [
        "path",
        "uri",
        "request_uri",
        "requestpath",
        "request_path",
        ":path",
    ] {
        if let Some(signal) = record.field(name).and_then(signal_of_path) {
            return signal;
        }
    }
    // What a partial answer counts.
    for (field, signal) in COUNTED {
        if record.field(field).is_some() {
            return *signal;
        }
    }
    SIGNALS
        .iter()
        .find(|(_, words)| says(&record.text, words))
        .map_or(Signal::Unknown, |(signal, _)| *signal)
}

/// The signal of a path of OTLP.
fn signal_of_path(path: &str) -> Option<Signal> {
    SIGNALS
        .iter()
        .take(PATHS_OF_SIGNALS)
        .find(|(_, words)| says(path, words))
        .map(|(signal, _)| *signal)
}

/// So many of the first rows of [`SIGNALS`] are paths and services.
const PATHS_OF_SIGNALS: usize = 3;

const COUNTED: &[(&str, Signal)] = &[
    ("rejectedspans", Signal::Traces),
    ("rejecteddatapoints", Signal::Metrics),
    ("rejectedlogrecords", Signal::Logs),
    ("dropped_spans", Signal::Traces),
    ("dropped_data_points", Signal::Metrics),
    ("dropped_log_records", Signal::Logs),
];

const SIGNALS: &[(Signal, &[&str])] = &[
    (Signal::Traces, &["/v1/traces", "TraceService"]),
    (Signal::Metrics, &["/v1/metrics", "MetricsService"]),
    (Signal::Logs, &["/v1/logs", "LogsService"]),
    (
        Signal::Metrics,
        &[
            "metrics",
            "Metrics",
            "MetricExporter",
            "metric_exporter",
            "PeriodicReader",
            "PeriodicMetricReader",
            "OTLP METRIC",
            "rejectedDataPoints",
            "rejected_data_points",
        ],
    ),
    (
        Signal::Logs,
        &[
            "export logs",
            "exporting logs",
            "upload logs",
            "logs batch",
            "LogRecord",
            "LogProcessor",
            "LogExporter",
            "LogsClient",
            "_log_exporter",
            "logs.export",
            "LogsRequest",
            "log record",
            "log error occurred",
            "logs error occurred",
            "logs rejected",
            "rejected_log_records",
            "exporting Log",
            "dropping Log",
            "OTLP log",
            "OTLP LOG",
        ],
    ),
    (
        Signal::Traces,
        &[
            "span",
            "Span",
            "traces",
            "Traces",
            "trace_exporter",
            "trace error",
            "trace data",
            "TRACE_TOO_LARGE",
            "sdk-trace",
            "TraceExporter",
            "TraceRequest",
            "OTLP TRACE",
            "OTLP trace",
            "OtlpTraceExporter",
            "OTel dropped records",
        ],
    ),
];

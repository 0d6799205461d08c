//! What was read from a container's log: already classified and folded, so that a snapshot stays small.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    export_errors::{Component, ErrorKind, Loss},
    notices::NoticeKind,
    trace::TraceId,
};

/// What a container's log says within the window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogFacts {
    /// What was read.
    pub window: LogWindow,
    /// Lines that prove a failed export or a refusal, folded by kind, component and receiver, oldest first.
    pub errors: Vec<ErrorGroup>,
    /// Lines that tell something of note besides, folded by kind, oldest first.
    pub notices: Vec<NoticeGroup>,
    /// The last lines that say why the process could not go on, oldest first.
    pub fatal: Vec<LogLine>,
    /// The addresses that a backend or collector said it receives OTLP on, as printed at its last start.
    pub receivers: Vec<LogLine>,
    /// How many lines carry a trace id.
    pub trace_ids: TraceIdCoverage,
    /// Some of the traces that its lines name, oldest first, with time between them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traces: Vec<LoggedTrace>,
    /// Lines that record a served HTTP request.
    pub requests: RequestLines,
    /// The service name that our own library announced at start.
    pub announced_service: Option<String>,
    /// The last lines of the log, oldest first.
    pub tail: Vec<LogLine>,
}

impl LogFacts {
    /// The lines that tell this since the container's last start, if there are any.
    pub fn notice(&self, kind: NoticeKind) -> Option<&NoticeGroup> {
        self.notices
            .iter()
            .find(|group| group.kind == kind && group.since_start > 0)
    }
}

/// How much of a log was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogWindow {
    /// Lines read.
    pub lines: u64,
    /// Bytes read.
    pub bytes: u64,
    /// The time of the first line read.
    pub first_at: Option<Timestamp>,
    /// The time of the last line read.
    pub last_at: Option<Timestamp>,
    /// The time of the oldest line that is left of a rotated log, where something read begins before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins_late: Option<Timestamp>,
    /// Why older or newer lines of the window were left out, if any were.
    pub cut: Option<String>,
    /// In how many of the lines requests and trace ids were counted, the newest ones, where that is not all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<u64>,
}

/// One line of a log, redacted and free of control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When the engine received it.
    pub at: Option<Timestamp>,
    /// The text, cut at 2 KiB with a mark.
    pub text: String,
}

/// Lines of one log that say the same thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorGroup {
    /// What failed.
    pub kind: ErrorKind,
    /// Who printed it.
    pub component: Component,
    /// The receiver that the lines name, as `host:port` or as a host, where they name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Whether data was lost.
    pub lost: Loss,
    /// How many lines.
    pub count: u64,
    /// The first of them.
    pub first_at: Option<Timestamp>,
    /// The last of them.
    pub last_at: Option<Timestamp>,
    /// How many of them came after the container's last start.
    pub since_start: u64,
    /// The last line itself.
    pub sample: LogLine,
    /// When the same log later said that exporting works again.
    pub recovered_at: Option<Timestamp>,
}

/// Lines of one log that tell the same thing of note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoticeGroup {
    /// What they say.
    pub kind: NoticeKind,
    /// How many lines.
    pub count: u64,
    /// The first of them.
    pub first_at: Option<Timestamp>,
    /// The last of them.
    pub last_at: Option<Timestamp>,
    /// How many of them came after the container's last start.
    pub since_start: u64,
    /// The last line itself.
    pub sample: LogLine,
}

/// How many application lines carry a trace id.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceIdCoverage {
    /// Structured lines read (JSON or logfmt).
    pub structured_lines: u64,
    /// Of them, those written while a request was served.
    pub request_lines: u64,
    /// Lines, free text included, with a 32-digit trace id that is not all zeros.
    pub with_trace_id: u64,
    /// Lines of requests, free text included, whose trace id is zero.
    #[serde(default)]
    pub zero_ids: u64,
}

/// Lines that record a served HTTP request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestLines {
    /// How many.
    pub count: u64,
    /// The last of them.
    pub last: Option<LogLine>,
    /// How many of them carry a trace id of zeros: they were served outside of any span.
    #[serde(default)]
    pub outside_spans: u64,
}

/// A trace that a line names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedTrace {
    /// Its id.
    pub id: TraceId,
    /// When the engine received the line.
    pub at: Timestamp,
    /// Whether the line says that the trace is kept.
    #[serde(default)]
    pub sampled: SampledFlag,
}

/// What a line says of its trace being kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampledFlag {
    /// Nothing.
    #[default]
    Unsaid,
    /// It is.
    Kept,
    /// It is not.
    Dropped,
}

//! One trace for programs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ptctl_diagnosis::trace::{
    Event, Link, Origin, ServiceShare, Span, SpanId, SpanKind, Status, TraceId, Warning,
};
use serde::Serialize;
use serde_json::Value;

use super::shown::{Findings, ShownTrace};
use crate::render::{LogObject, time::moment};

/// A trace with all that is known of it. Offsets are since the trace began; a moment in nanoseconds since 1970 is more than
/// many readers of JSON can hold.
#[derive(Debug, Serialize)]
pub(crate) struct TraceDocument<'t> {
    trace_id: TraceId,
    /// The backends that have something of it.
    tempos: Vec<HolderDocument<'t>>,
    /// Backends that gave no answer, each with the reason.
    unasked: &'t [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    grafana_url: Option<&'t str>,
    started_at: Option<Timestamp>,
    duration_ns: u64,
    root: SpanId,
    /// Its place in `spans`. Several spans may share one id.
    root_index: usize,
    services: Vec<ServiceShare>,
    errors: usize,
    /// Why Tempo left spans out.
    #[serde(skip_serializing_if = "Option::is_none")]
    partial: Option<&'t str>,
    unreadable_spans: usize,
    warnings: &'t [Warning],
    critical_path: Vec<StretchDocument>,
    gaps: Vec<StretchDocument>,
    /// Each after its parent, the children of one by their start.
    spans: Vec<SpanDocument<'t>>,
    #[serde(flatten)]
    logs: Option<ShownLogs<'t>>,
}

/// The lines of logs that name a trace.
#[derive(Debug, Serialize)]
pub(crate) struct ShownLogs<'l> {
    /// The lines by time.
    #[serde(rename = "logs")]
    pub(crate) lines: Vec<LogObject<'l>>,
    /// What could not be read.
    #[serde(rename = "log_notes")]
    pub(crate) notes: &'l [String],
}

#[derive(Debug, Serialize)]
struct HolderDocument<'t> {
    name: &'t str,
    url: &'t str,
}

#[derive(Debug, Serialize)]
struct StretchDocument {
    span_id: SpanId,
    /// Its place in `spans`.
    span_index: usize,
    offset_ns: u64,
    duration_ns: u64,
}

#[derive(Debug, Serialize)]
struct SpanDocument<'t> {
    span_id: SpanId,
    /// As the span itself names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_span_id: Option<SpanId>,
    /// The place of its parent in `spans`.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_index: Option<usize>,
    /// Only of a span without a parent in the trace: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    top: Option<TopDocument>,
    depth: usize,
    service: Option<&'t str>,
    name: &'t str,
    kind: SpanKind,
    started_at: Option<Timestamp>,
    /// `null` where it does not say when it ran.
    offset_ns: Option<u64>,
    duration_ns: Option<u64>,
    /// For so long it was what the root waited for.
    critical_ns: u64,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'t str>,
    attributes: BTreeMap<&'t str, &'t Value>,
    resource: BTreeMap<&'t str, &'t Value>,
    events: Vec<EventDocument<'t>>,
    links: &'t [Link],
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum TopDocument {
    Root,
    MissingParent,
    UnreadableParent,
    Loop,
}

#[derive(Debug, Serialize)]
struct EventDocument<'t> {
    at: Option<Timestamp>,
    name: &'t str,
    attributes: BTreeMap<&'t str, &'t Value>,
}

/// A trace for programs, kept beside what is worked out of it.
pub(crate) struct TraceAnswer<'t> {
    shown: &'t ShownTrace<'t>,
    findings: Findings,
    logs: Option<ShownLogs<'t>>,
}

impl<'t> ShownTrace<'t> {
    /// The trace for programs, with the lines that name it where they were asked for.
    pub(crate) fn answer<'a>(&'a self, logs: Option<ShownLogs<'a>>) -> TraceAnswer<'a>
    where
        't: 'a,
    {
        TraceAnswer {
            shown: self,
            findings: Findings::of(self.trace),
            logs,
        }
    }
}

impl TraceAnswer<'_> {
    /// The document.
    pub(crate) fn document(&mut self) -> TraceDocument<'_> {
        let logs = self.logs.take();
        let shown = self.shown;
        let trace = shown.trace;
        let spans = trace.spans();
        let extent = trace.extent();
        let critical = self.findings.path.by_span(trace);
        let mut tops: BTreeMap<usize, TopDocument> = BTreeMap::new();
        for top in trace.tops() {
            let why = match top.origin {
                Origin::Root => TopDocument::Root,
                Origin::Orphan(_) => TopDocument::MissingParent,
                Origin::Unreadable => TopDocument::UnreadableParent,
                Origin::Loop => TopDocument::Loop,
            };
            tops.insert(top.span, why);
        }
        let stretch = |span: usize, from: u64, to: u64| StretchDocument {
            span_id: spans[span].id,
            span_index: span,
            offset_ns: from.saturating_sub(extent.start),
            duration_ns: to - from,
        };
        TraceDocument {
            trace_id: trace.id(),
            tempos: (shown.holders.iter())
                .map(|holder| HolderDocument {
                    name: holder.tempo,
                    url: holder.reached.url(),
                })
                .collect(),
            unasked: shown.unasked,
            grafana_url: shown.grafana.as_deref(),
            started_at: moment(extent.start),
            duration_ns: extent.end - extent.start,
            root: spans[trace.root()].id,
            root_index: trace.root(),
            services: trace.services(),
            errors: trace.errors(),
            partial: shown.partial,
            unreadable_spans: shown.unreadable,
            warnings: &self.findings.warnings,
            critical_path: (self.findings.path.stretches().iter())
                .map(|part| stretch(part.span, part.from, part.to))
                .collect(),
            gaps: (self.findings.gaps.iter())
                .map(|gap| stretch(gap.span, gap.from, gap.to))
                .collect(),
            spans: spans
                .iter()
                .enumerate()
                .map(|(number, span)| SpanDocument {
                    parent_index: trace.parent(number),
                    top: tops.get(&number).copied(),
                    depth: trace.depth(number),
                    offset_ns: span
                        .is_timed()
                        .then(|| span.start.saturating_sub(extent.start)),
                    critical_ns: critical[number],
                    ..SpanDocument::of(span)
                })
                .collect(),
            logs,
        }
    }
}

impl<'t> SpanDocument<'t> {
    fn of(span: &'t Span) -> Self {
        Self {
            span_id: span.id,
            parent_span_id: span.parent,
            parent_index: None,
            top: None,
            depth: 0,
            service: span.service(),
            name: &span.name,
            kind: span.kind,
            started_at: moment(span.start),
            offset_ns: None,
            duration_ns: span.is_timed().then(|| span.duration()),
            critical_ns: 0,
            status: match span.status {
                Status::Unset => "unset",
                Status::Ok => "ok",
                Status::Error(_) => "error",
            },
            failure: span.failure(),
            scope: span.scope.as_deref(),
            attributes: map(&span.attributes),
            resource: map(&span.resource.attributes),
            events: span.events.iter().map(EventDocument::of).collect(),
            links: &span.links,
        }
    }
}

impl<'t> EventDocument<'t> {
    fn of(event: &'t Event) -> Self {
        Self {
            at: moment(event.at),
            name: &event.name,
            attributes: map(&event.attributes),
        }
    }
}

fn map(attributes: &[(String, Value)]) -> BTreeMap<&str, &Value> {
    let pairs = attributes.iter();
    pairs.map(|(key, value)| (key.as_str(), value)).collect()
}

//! Which traces match.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value};

use super::error::QueryError;
use super::trace::{Trace, assemble, trace_by_id};
use super::view::{ServiceStats, SpanView, TraceView, hexadecimal};
use crate::ids::{TenantId, TraceId};
use crate::store::{Catalogue, Summary, TimeRange};
use crate::traceql::{Field, Intrinsic, Query, Stage, Static, matching_spans, values_of};

/// What is looked for.
#[derive(Debug, Clone)]
pub(crate) struct SearchRequest {
    pub(crate) criteria: Criteria,
    pub(crate) range: TimeRange,
    /// How many traces are wanted.
    pub(crate) limit: usize,
    /// How many spans of each trace are shown.
    pub(crate) spans_per_span_set: usize,
}

/// How traces are told apart.
#[derive(Debug, Clone)]
pub(crate) enum Criteria {
    /// By TraceQL.
    Query(Query),
    /// By tags, each of which some span of the trace must have, and by how long the trace lasted.
    Tags {
        tags: Vec<(String, String)>,
        shortest: Option<Duration>,
        longest: Option<Duration>,
    },
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct SearchAnswer {
    pub(crate) traces: Vec<FoundTrace>,
    /// How many traces were looked at.
    pub(crate) inspected_traces: u32,
    /// How many bytes were looked at.
    pub(crate) inspected_bytes: u64,
}

/// A trace that matches.
#[derive(Debug)]
pub(crate) struct FoundTrace {
    pub(crate) id: TraceId,
    pub(crate) root_service: String,
    pub(crate) root_name: Option<String>,
    pub(crate) start: u64,
    pub(crate) duration: Duration,
    /// Only of a search by TraceQL.
    pub(crate) span_set: Option<FoundSpans>,
}

/// The spans of a trace that match.
#[derive(Debug)]
pub(crate) struct FoundSpans {
    pub(crate) spans: Vec<FoundSpan>,
    /// How many match, those that are not shown included.
    pub(crate) matched: usize,
    /// What was counted of them.
    pub(crate) attributes: Vec<(String, AnyValue)>,
    pub(crate) service_stats: BTreeMap<String, ServiceStats>,
}

/// A span that matches, with what the query asked about.
#[derive(Debug)]
pub(crate) struct FoundSpan {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) start: u64,
    pub(crate) duration: Duration,
    pub(crate) attributes: Vec<(String, AnyValue)>,
}

/// Looks at the traces of a tenant, newest block first and in it latest start first, until enough are found.
pub(crate) fn search(
    catalogue: &Catalogue,
    tenant: &TenantId,
    request: &SearchRequest,
) -> Result<SearchAnswer, QueryError> {
    let mut answer = SearchAnswer::default();
    let mut decided = HashSet::new();
    let whole = request.criteria.needs_whole_trace();
    for block in catalogue.blocks().into_iter().rev() {
        let outside = |summary: Summary| !request.range.touches(summary.start, summary.end);
        if block.summary().is_some_and(outside) {
            continue;
        }
        for (id, entry) in block.traces(tenant, request.range)? {
            if answer.traces.len() >= request.limit {
                return Ok(answer);
            }
            if decided.contains(&id) {
                continue;
            }
            answer.inspected_traces += 1;
            answer.inspected_bytes += entry.bytes;
            if !whole {
                let part = assemble(&block.payloads(&entry.fragments)?)?;
                if !request.criteria.matches(&TraceView::of(&part)) {
                    continue;
                }
            }
            decided.insert(id);
            let trace = trace_by_id(catalogue, tenant, id)?;
            if let Some(found) = request.find_in(id, &trace) {
                answer.traces.push(found);
            }
        }
    }
    Ok(answer)
}

impl Criteria {
    fn needs_whole_trace(&self) -> bool {
        match self {
            Self::Query(query) => query.needs_whole_trace(),
            Self::Tags {
                tags,
                shortest,
                longest,
            } => tags.len() > 1 || shortest.is_some() || longest.is_some(),
        }
    }

    fn matches(&self, trace: &TraceView<'_>) -> bool {
        match self {
            Self::Query(query) => !matching_spans(query, trace).is_empty(),
            Self::Tags {
                tags,
                shortest,
                longest,
            } => {
                let duration = trace.duration();
                shortest.is_none_or(|shortest| duration >= shortest)
                    && longest.is_none_or(|longest| duration <= longest)
                    && tags
                        .iter()
                        .all(|(key, value)| trace.spans.iter().any(|s| has_tag(s, key, value)))
            }
        }
    }
}

impl SearchRequest {
    fn find_in(&self, id: TraceId, trace: &Trace) -> Option<FoundTrace> {
        let view = TraceView::of(trace);
        let span_set = match &self.criteria {
            Criteria::Query(query) => {
                let matching = matching_spans(query, &view);
                if matching.is_empty() {
                    return None;
                }
                Some(self.describe(query, &view, &matching))
            }
            Criteria::Tags { .. } => {
                if !self.criteria.matches(&view) {
                    return None;
                }
                None
            }
        };
        Some(FoundTrace {
            id,
            root_service: view.shown_root_service().to_owned(),
            root_name: view.root_name().map(str::to_owned),
            start: view.start(),
            duration: view.duration(),
            span_set,
        })
    }

    fn describe(&self, query: &Query, trace: &TraceView<'_>, matching: &[usize]) -> FoundSpans {
        let fields = query.fields();
        let shown = match self.spans_per_span_set {
            0 => usize::MAX,
            count => count,
        };
        FoundSpans {
            spans: matching
                .iter()
                .take(shown)
                .map(|index| describe_span(&trace.spans[*index], trace, &fields))
                .collect(),
            matched: matching.len(),
            attributes: query
                .pipeline
                .iter()
                .filter_map(|stage| match stage {
                    Stage::Count(..) => {
                        let count = i64::try_from(matching.len()).unwrap_or(i64::MAX);
                        Some(("count()".to_owned(), any_value(Static::Integer(count))?))
                    }
                    Stage::Select(_) => None,
                })
                .collect(),
            service_stats: trace
                .service_stats()
                .into_iter()
                .map(|(service, stats)| (service.to_owned(), stats))
                .collect(),
        }
    }
}

fn describe_span(view: &SpanView<'_>, trace: &TraceView<'_>, fields: &[Field]) -> FoundSpan {
    let asked_for_name = fields.contains(&Field::Intrinsic(Intrinsic::Name));
    FoundSpan {
        id: hexadecimal(&view.span.span_id),
        name: asked_for_name.then(|| view.span.name.clone()),
        start: view.span.start_time_unix_nano,
        duration: view.duration(),
        attributes: fields
            .iter()
            .filter_map(|field| {
                let key = shown_key(field)?;
                let value = values_of(field, view, trace).into_iter().next()?;
                Some((key, any_value(value)?))
            })
            .collect(),
    }
}

/// The key under which a span shows a field; what it shows anyway, or what belongs to the trace, has none.
fn shown_key(field: &Field) -> Option<String> {
    match field {
        Field::Attribute(attribute) => Some(attribute.key.clone()),
        Field::Intrinsic(intrinsic) => match intrinsic {
            Intrinsic::Status => Some("status".to_owned()),
            Intrinsic::StatusMessage => Some("statusMessage".to_owned()),
            Intrinsic::Kind => Some("kind".to_owned()),
            Intrinsic::EventName => Some("event:name".to_owned()),
            Intrinsic::EventTimeSinceStart => Some("event:timeSinceStart".to_owned()),
            Intrinsic::LinkSpanId => Some("link:spanID".to_owned()),
            Intrinsic::LinkTraceId => Some("link:traceID".to_owned()),
            Intrinsic::InstrumentationName => Some("instrumentation:name".to_owned()),
            Intrinsic::InstrumentationVersion => Some("instrumentation:version".to_owned()),
            Intrinsic::ParentId => Some("span:parentID".to_owned()),
            Intrinsic::Name
            | Intrinsic::Duration
            | Intrinsic::SpanId
            | Intrinsic::TraceId
            | Intrinsic::TraceDuration
            | Intrinsic::RootName
            | Intrinsic::RootServiceName => None,
        },
    }
}

fn any_value(value: Static) -> Option<AnyValue> {
    let value = match value {
        Static::Nil => return None,
        Static::Text(text) => Value::StringValue(text),
        Static::Integer(number) => Value::IntValue(number),
        Static::Float(number) => Value::DoubleValue(number),
        Static::Truth(truth) => Value::BoolValue(truth),
        Static::Duration(_) | Static::Status(_) | Static::Kind(_) => {
            Value::StringValue(value.to_string())
        }
    };
    Some(AnyValue { value: Some(value) })
}

/// Whether a span has a tag: on itself, on its resource, or as its name. Numbers compare by their text.
fn has_tag(span: &SpanView<'_>, key: &str, value: &str) -> bool {
    if key == "name" && span.span.name == value {
        return true;
    }
    span.span
        .attributes
        .iter()
        .chain(span.resource_attributes())
        .filter(|attribute| attribute.key == key)
        .any(|attribute| {
            let text = match attribute.value.as_ref().and_then(|v| v.value.as_ref()) {
                Some(Value::StringValue(text)) => return text == value,
                Some(Value::IntValue(number)) => number.to_string(),
                Some(Value::DoubleValue(number)) => number.to_string(),
                Some(Value::BoolValue(truth)) => truth.to_string(),
                _ => return false,
            };
            text == value
        })
}

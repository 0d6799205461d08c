//! `/api/search`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};
use serde::Serialize;

use super::answer::{self, json};
use super::attribute_json::JsonAttribute;
use super::params::Parameters;
use super::state::ApiState;
use crate::query::{self, FoundSpans, FoundTrace, SearchAnswer};

/// `GET /api/search`.
pub(super) async fn search(
    State(state): State<Arc<ApiState>>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let tenant = match state.tenant(&headers) {
        Ok(tenant) => tenant,
        Err(answer) => return answer,
    };
    let request =
        match Parameters::of(&uri).and_then(|parameters| parameters.search(&state.config.search)) {
            Ok(request) => request,
            Err(mistake) => return answer::mistake(&state, "search", &mistake.to_string()),
        };
    let catalogue = Arc::clone(&state.catalogue);
    let found = answer::asked(&state, "search", move || {
        query::search(&catalogue, &tenant, &request)
    })
    .await;
    match found {
        Ok(found) => json(&JsonSearch::from(found)),
        Err(answer) => answer,
    }
}

#[derive(Debug, Serialize)]
struct JsonSearch {
    traces: Vec<JsonTrace>,
    metrics: JsonSearchMetrics,
}

/// The work of a search; what is zero is left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonSearchMetrics {
    #[serde(skip_serializing_if = "Option::is_none")]
    inspected_traces: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inspected_bytes: Option<String>,
    completed_jobs: u32,
    total_jobs: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonTrace {
    #[serde(rename = "traceID")]
    trace_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    root_service_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    root_trace_name: Option<String>,
    start_time_unix_nano: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span_set: Option<JsonSpanSet>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    span_sets: Vec<JsonSpanSet>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    service_stats: BTreeMap<String, JsonServiceStats>,
}

#[derive(Debug, Clone, Serialize)]
struct JsonSpanSet {
    spans: Vec<JsonSpan>,
    matched: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<JsonAttribute>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonSpan {
    #[serde(rename = "spanID")]
    span_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    start_time_unix_nano: String,
    duration_nanos: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<JsonAttribute>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonServiceStats {
    span_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_count: Option<u32>,
}

impl From<SearchAnswer> for JsonSearch {
    fn from(found: SearchAnswer) -> Self {
        Self {
            traces: found.traces.into_iter().map(JsonTrace::from).collect(),
            metrics: JsonSearchMetrics {
                inspected_traces: (found.inspected_traces > 0).then_some(found.inspected_traces),
                inspected_bytes: (found.inspected_bytes > 0)
                    .then(|| found.inspected_bytes.to_string()),
                completed_jobs: 1,
                total_jobs: 1,
            },
        }
    }
}

impl From<FoundTrace> for JsonTrace {
    fn from(found: FoundTrace) -> Self {
        let duration_ms = u64::try_from(found.duration.as_millis()).unwrap_or(u64::MAX);
        let span_set = found.span_set.as_ref().map(JsonSpanSet::from);
        Self {
            trace_id: found.id.to_search_text(),
            root_service_name: found.root_service,
            root_trace_name: found.root_name,
            start_time_unix_nano: found.start.to_string(),
            duration_ms: (duration_ms > 0).then_some(duration_ms),
            span_sets: span_set.clone().into_iter().collect(),
            span_set,
            service_stats: found
                .span_set
                .into_iter()
                .flat_map(|spans| spans.service_stats)
                .map(|(service, stats)| {
                    let stats = JsonServiceStats {
                        span_count: stats.spans,
                        error_count: (stats.errors > 0).then_some(stats.errors),
                    };
                    (service, stats)
                })
                .collect(),
        }
    }
}

impl From<&FoundSpans> for JsonSpanSet {
    fn from(found: &FoundSpans) -> Self {
        Self {
            spans: found
                .spans
                .iter()
                .map(|span| JsonSpan {
                    span_id: span.id.clone(),
                    name: span.name.clone(),
                    start_time_unix_nano: span.start.to_string(),
                    duration_nanos: span.duration.as_nanos().to_string(),
                    attributes: span
                        .attributes
                        .iter()
                        .map(|(key, value)| JsonAttribute::new(key, value))
                        .collect(),
                })
                .collect(),
            matched: found.matched,
            attributes: found
                .attributes
                .iter()
                .map(|(key, value)| JsonAttribute::new(key, value))
                .collect(),
        }
    }
}

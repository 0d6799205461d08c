//! Which tags there are, and which values they have.

use std::collections::BTreeSet;

use opentelemetry_proto::tonic::common::v1::KeyValue;

use super::error::QueryError;
use super::trace::assemble;
use super::view::TraceView;
use crate::ids::TenantId;
use crate::store::{Catalogue, Summary, TimeRange};
use crate::traceql::{Field, Query, Static, matching_spans, values_of};

/// The keys of attributes, by where they are.
#[derive(Debug, Default)]
pub(crate) struct TagNames {
    pub(crate) resource: BTreeSet<String>,
    pub(crate) span: BTreeSet<String>,
    pub(crate) event: BTreeSet<String>,
    pub(crate) link: BTreeSet<String>,
    pub(crate) instrumentation: BTreeSet<String>,
    pub(crate) inspected_bytes: u64,
}

/// A value of a tag, with the name that Tempo gives its type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TagValue {
    pub(crate) value_type: &'static str,
    pub(crate) value: String,
}

/// The values of a tag.
#[derive(Debug, Default)]
pub(crate) struct TagValues {
    pub(crate) values: BTreeSet<TagValue>,
    pub(crate) inspected_bytes: u64,
}

/// Collects the keys of all attributes of a tenant's spans in a range of time.
pub(crate) fn tag_names(
    catalogue: &Catalogue,
    tenant: &TenantId,
    range: TimeRange,
) -> Result<TagNames, QueryError> {
    let mut names = TagNames::default();
    names.inspected_bytes = visit(catalogue, tenant, range, |trace| {
        for view in &trace.spans {
            add_keys(&mut names.resource, view.resource_attributes());
            add_keys(&mut names.span, &view.span.attributes);
            for event in &view.span.events {
                add_keys(&mut names.event, &event.attributes);
            }
            for link in &view.span.links {
                add_keys(&mut names.link, &link.attributes);
            }
            if let Some(scope) = view.scope {
                add_keys(&mut names.instrumentation, &scope.attributes);
            }
        }
        Progress::GoOn
    })?;
    Ok(names)
}

/// Collects the values of a field of the spans that match, up to `max_bytes` of them.
pub(crate) fn tag_values(
    catalogue: &Catalogue,
    tenant: &TenantId,
    range: TimeRange,
    field: &Field,
    filter: Option<&Query>,
    max_bytes: usize,
) -> Result<TagValues, QueryError> {
    let mut found = TagValues::default();
    let mut bytes = 0;
    found.inspected_bytes = visit(catalogue, tenant, range, |trace| {
        let wanted = filter.map_or_else(
            || (0..trace.spans.len()).collect(),
            |query| matching_spans(query, trace),
        );
        for index in wanted {
            for value in values_of(field, &trace.spans[index], trace) {
                let Some(value) = tag_value(&value) else {
                    continue;
                };
                let len = value.value.len();
                if found.values.insert(value) {
                    bytes += len;
                }
            }
        }
        if bytes > max_bytes {
            Progress::Enough
        } else {
            Progress::GoOn
        }
    })?;
    Ok(found)
}

/// Whether a visit needs more traces.
enum Progress {
    GoOn,
    Enough,
}

/// Shows every trace, block by block, newest first; gives the bytes that were looked at.
fn visit(
    catalogue: &Catalogue,
    tenant: &TenantId,
    range: TimeRange,
    mut look: impl FnMut(&TraceView<'_>) -> Progress,
) -> Result<u64, QueryError> {
    let mut inspected = 0;
    for block in catalogue.blocks().into_iter().rev() {
        let outside = |summary: Summary| !range.touches(summary.start, summary.end);
        if block.summary().is_some_and(outside) {
            continue;
        }
        for (_, entry) in block.traces(tenant, range)? {
            inspected += entry.bytes;
            let part = assemble(&block.payloads(&entry.fragments)?)?;
            if let Progress::Enough = look(&TraceView::of(&part)) {
                return Ok(inspected);
            }
        }
    }
    Ok(inspected)
}

fn add_keys(keys: &mut BTreeSet<String>, attributes: &[KeyValue]) {
    for attribute in attributes {
        if !keys.contains(&attribute.key) {
            keys.insert(attribute.key.clone());
        }
    }
}

fn tag_value(value: &Static) -> Option<TagValue> {
    let value_type = match value {
        Static::Nil => return None,
        Static::Text(_) => "string",
        Static::Integer(_) => "int",
        Static::Float(_) => "float",
        Static::Truth(_) => "bool",
        Static::Duration(_) => "duration",
        Static::Status(_) | Static::Kind(_) => "keyword",
    };
    Some(TagValue {
        value_type,
        value: value.to_string(),
    })
}

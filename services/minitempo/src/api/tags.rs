//! Tag names and tag values, in both versions of the API.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, Uri};

use super::answer::{self, json};
use super::params::{BadParameter, Parameters};
use super::state::ApiState;
use super::tags_json::{
    JsonMetrics, JsonScope, JsonScopes, JsonTagNames, JsonValue, JsonValuesV1, JsonValuesV2,
};
use crate::ids::TenantId;
use crate::query::{self, TagNames, TagValues};
use crate::store::TimeRange;
use crate::traceql::{self, Attribute, Field, Intrinsic, Query, Scope};

/// The name under which these queries are counted.
const OPERATION: &str = "metadata";
/// How many bytes of values are answered (Tempo's `max_bytes_per_tag_values_query`).
const MAX_VALUE_BYTES: usize = 1_000_000;

/// `GET /api/search/tags`.
pub(super) async fn names_v1(
    State(state): State<Arc<ApiState>>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    match find_names(&state, &headers, &uri).await {
        Ok((request, names)) => {
            let tags = scopes(&names, &request)
                .into_iter()
                .filter(|scope| scope.name != INTRINSIC)
                .flat_map(|scope| scope.tags)
                .collect::<std::collections::BTreeSet<String>>();
            json(&JsonTagNames {
                tag_names: tags.into_iter().take(request.limit).collect(),
                metrics: JsonMetrics::of(names.inspected_bytes),
            })
        }
        Err(answer) => answer,
    }
}

/// `GET /api/v2/search/tags`.
pub(super) async fn names_v2(
    State(state): State<Arc<ApiState>>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    match find_names(&state, &headers, &uri).await {
        Ok((request, names)) => json(&JsonScopes {
            scopes: scopes(&names, &request),
            metrics: JsonMetrics::of(names.inspected_bytes),
        }),
        Err(answer) => answer,
    }
}

/// `GET /api/search/tag/{tag}/values`.
pub(super) async fn values_v1(
    State(state): State<Arc<ApiState>>,
    Path(tag): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    // The first version of the API knows no scopes: a tag is looked for on the span and on its resource.
    let field = Intrinsic::named(&tag).map_or_else(
        || {
            Field::Attribute(Attribute {
                scope: Scope::Any,
                key: tag,
            })
        },
        Field::Intrinsic,
    );
    match find_values(&state, &headers, &uri, field).await {
        Ok(found) => json(&JsonValuesV1 {
            tag_values: found.values.into_iter().map(|value| value.value).collect(),
            metrics: JsonMetrics::of(found.inspected_bytes),
        }),
        Err(answer) => answer,
    }
}

/// `GET /api/v2/search/tag/{tag}/values`.
pub(super) async fn values_v2(
    State(state): State<Arc<ApiState>>,
    Path(tag): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let field = match traceql::parse_field(&tag) {
        Ok(field) => field,
        Err(error) => {
            let text = format!(
                "please provide a valid tagName: failed to parse identifier {tag}: {error}"
            );
            return answer::mistake(&state, OPERATION, &text);
        }
    };
    if let Some(keywords) = keywords(&field) {
        return match state.tenant(&headers) {
            Ok(_) => json(&JsonValuesV2 {
                tag_values: keywords.iter().copied().map(JsonValue::keyword).collect(),
                metrics: JsonMetrics::of(0),
            }),
            Err(answer) => answer,
        };
    }
    match find_values(&state, &headers, &uri, field).await {
        Ok(found) => json(&JsonValuesV2 {
            tag_values: found.values.into_iter().map(JsonValue::from).collect(),
            metrics: JsonMetrics::of(found.inspected_bytes),
        }),
        Err(answer) => answer,
    }
}

/// The values of an enumeration, which are known without looking.
fn keywords(field: &Field) -> Option<&'static [&'static str]> {
    match field {
        Field::Intrinsic(Intrinsic::Status) => Some(&["unset", "ok", "error"]),
        Field::Intrinsic(Intrinsic::Kind) => Some(&[
            "unspecified",
            "internal",
            "server",
            "client",
            "producer",
            "consumer",
        ]),
        Field::Intrinsic(_) | Field::Attribute(_) => None,
    }
}

const INTRINSIC: &str = "intrinsic";
const SCOPES: [&str; 6] = [
    "event",
    "instrumentation",
    INTRINSIC,
    "link",
    "resource",
    "span",
];

/// Which names are asked for.
struct NamesRequest {
    scope: Option<String>,
    range: TimeRange,
    limit: usize,
}

impl NamesRequest {
    fn of(parameters: &Parameters) -> Result<Self, BadParameter> {
        let scope = parameters
            .text("scope")
            .filter(|scope| *scope != "none")
            .map(str::to_owned);
        if let Some(scope) = &scope
            && !SCOPES.contains(&scope.as_str())
        {
            return Err(BadParameter::new(format!("invalid scope: {scope}")));
        }
        Ok(Self {
            scope,
            range: parameters.range()?,
            limit: parameters.optional_limit()?,
        })
    }
}

async fn find_names(
    state: &Arc<ApiState>,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<(NamesRequest, TagNames), Response> {
    let tenant = state.tenant(headers)?;
    let request = Parameters::of(uri)
        .and_then(|parameters| NamesRequest::of(&parameters))
        .map_err(|mistake| answer::mistake(state, OPERATION, &mistake.to_string()))?;
    if request.scope.as_deref() == Some(INTRINSIC) {
        return Ok((request, TagNames::default()));
    }
    let (catalogue, range) = (Arc::clone(&state.catalogue), request.range);
    let names = answer::asked(state, OPERATION, move || {
        query::tag_names(&catalogue, &tenant, range)
    })
    .await?;
    Ok((request, names))
}

async fn find_values(
    state: &Arc<ApiState>,
    headers: &HeaderMap,
    uri: &Uri,
    field: Field,
) -> Result<TagValues, Response> {
    let tenant: TenantId = state.tenant(headers)?;
    let (range, limit, filter) = Parameters::of(uri)
        .and_then(|parameters| {
            Ok((
                parameters.range()?,
                parameters.optional_limit()?,
                filter(&parameters)?,
            ))
        })
        .map_err(|mistake| answer::mistake(state, OPERATION, &mistake.to_string()))?;
    let catalogue = Arc::clone(&state.catalogue);
    let mut found = answer::asked(state, OPERATION, move || {
        query::tag_values(
            &catalogue,
            &tenant,
            range,
            &field,
            filter.as_ref(),
            MAX_VALUE_BYTES,
        )
    })
    .await?;
    found.values = found.values.into_iter().take(limit).collect();
    Ok(found)
}

fn filter(parameters: &Parameters) -> Result<Option<Query>, BadParameter> {
    parameters
        .text("q")
        .map(|text| {
            traceql::parse(text)
                .map_err(|error| BadParameter::new(format!("invalid TraceQL query: {error}")))
        })
        .transpose()
}

/// The scopes that are asked for and not empty, by name.
fn scopes(names: &TagNames, request: &NamesRequest) -> Vec<JsonScope> {
    let intrinsics = traceql::intrinsic_names().map(str::to_owned).collect();
    let mut left = request.limit;
    SCOPES
        .into_iter()
        .filter(|name| request.scope.as_deref().is_none_or(|scope| scope == *name))
        .filter_map(|name| {
            let keys = match name {
                "event" => &names.event,
                "instrumentation" => &names.instrumentation,
                "link" => &names.link,
                "resource" => &names.resource,
                "span" => &names.span,
                _ => {
                    return Some(JsonScope {
                        name,
                        tags: Vec::clone(&intrinsics),
                    });
                }
            };
            let tags: Vec<String> = keys.iter().take(left).cloned().collect();
            left -= tags.len();
            (!tags.is_empty()).then_some(JsonScope { name, tags })
        })
        .collect()
}

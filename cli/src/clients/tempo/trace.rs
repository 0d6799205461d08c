//! One trace by its id.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::TempoClient;
use crate::clients::{deadline::Deadline, http::HttpFault};

/// What a trace holds, as far as a smoke check asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceSummary {
    /// The number of spans of each service name.
    pub services: BTreeMap<String, usize>,
}

impl TraceSummary {
    /// All spans.
    pub fn spans(&self) -> usize {
        self.services.values().sum()
    }
}

/// The answer of `/api/traces/{id}`: Tempo calls the list `batches`, OTLP calls it `resourceSpans`.
#[derive(Deserialize)]
struct Answer {
    #[serde(alias = "resourceSpans")]
    batches: Vec<Batch>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch {
    #[serde(default)]
    resource: Resource,
    #[serde(default)]
    scope_spans: Vec<Scope>,
}

#[derive(Default, Deserialize)]
struct Resource {
    #[serde(default)]
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
struct Attribute {
    key: String,
    #[serde(default)]
    value: serde_json::Value,
}

#[derive(Deserialize)]
struct Scope {
    #[serde(default)]
    spans: Vec<serde::de::IgnoredAny>,
}

impl TempoClient {
    /// The trace with this id of 32 hex digits; `None` while Tempo has no span of it.
    pub async fn trace(
        &self,
        id: &str,
        deadline: Deadline,
    ) -> Result<Option<TraceSummary>, HttpFault> {
        match self
            .json::<Answer>(&format!("/api/traces/{id}"), &[], deadline)
            .await
        {
            Ok(answer) => Ok(Some(summary(answer))),
            Err(HttpFault::Status { status: 404, .. }) => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

fn summary(answer: Answer) -> TraceSummary {
    let mut services = BTreeMap::new();
    for batch in answer.batches {
        let name = batch
            .resource
            .attributes
            .iter()
            .find(|attribute| attribute.key == "service.name")
            .and_then(|attribute| attribute.value.get("stringValue")?.as_str())
            .unwrap_or("unknown_service");
        let spans: usize = batch
            .scope_spans
            .iter()
            .map(|scope| scope.spans.len())
            .sum();
        *services.entry(name.to_owned()).or_default() += spans;
    }
    TraceSummary { services }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_counted_by_service_in_both_forms_of_the_answer() {
        for list in ["batches", "resourceSpans"] {
            let answer = format!(
                r#"{{"{list}":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"shop"}}}}]}},
                "scopeSpans":[{{"scope":{{}},"spans":[{{"name":"a"}},{{"name":"b"}}]}}]}}]}}"#
            );
            let summary = summary(serde_json::from_str(&answer).unwrap());
            assert_eq!(summary.services, BTreeMap::from([("shop".to_owned(), 2)]));
        }
    }
}

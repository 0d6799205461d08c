//! Finding a canary again, by search and by its text.

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::CANARY_SERVICE;
use serde_json::Value;

use super::TempoClient;
use crate::clients::{deadline::Deadline, http::HttpFault};

/// A query for any trace but those of canaries.
pub(super) const ANY_TRACE: &str = "{ resource.service.name != \"ptctl-canary\" }";

/// A query for canaries alone.
pub(super) const CANARIES: &str = "{ resource.service.name = \"ptctl-canary\" }";

/// The two languages of Tempo's search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CanarySearch {
    /// Tags, in logfmt.
    Tags,
    /// `TraceQL`.
    TraceQl,
}

impl TempoClient {
    /// Whether a search finds the canary with this attribute, begun after a moment.
    pub(crate) async fn finds(
        &self,
        search: CanarySearch,
        attribute: &str,
        id: &str,
        since: Timestamp,
        deadline: Deadline,
    ) -> Result<bool, HttpFault> {
        let (parameter, query) = match search {
            CanarySearch::Tags => (
                "tags",
                format!("service.name={CANARY_SERVICE} {attribute}={id}"),
            ),
            CanarySearch::TraceQl => (
                "q",
                format!(
                    "{{ resource.service.name = \"{CANARY_SERVICE}\" && span.{attribute} = \"{id}\" }}"
                ),
            ),
        };
        // Whoever is asked may have a clock that is ahead.
        let end = Timestamp::now().as_second().saturating_add(60).to_string();
        let parameters = [
            (parameter, query.as_str()),
            ("start", &Self::seconds(since)),
            ("end", &end),
            ("limit", "1"),
        ];
        let found = self.search(&parameters, deadline).await?;
        Ok(!found.traces.is_empty() || found.unreadable > 0)
    }

    /// Whether any value in a trace is this text.
    pub(crate) async fn trace_holds(
        &self,
        id: &str,
        text: &str,
        deadline: Deadline,
    ) -> Result<bool, HttpFault> {
        let trace: Value = self
            .json(&format!("/api/traces/{id}"), &[], deadline)
            .await?;
        Ok(holds(&trace, text))
    }
}

fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(found) => found == text,
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        Value::Object(fields) => fields.values().any(|field| holds(field, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_for_any_trace_leaves_canaries_out() {
        assert!(ANY_TRACE.contains(&format!("!= \"{CANARY_SERVICE}\"")));
        assert!(CANARIES.contains(&format!(" = \"{CANARY_SERVICE}\"")));
    }
}

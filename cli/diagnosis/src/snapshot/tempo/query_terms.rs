//! What a backend's configuration asks of whoever queries it.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// How questions to a backend have to be put, as far as its configuration says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryTerms {
    /// What stands before the paths of its API (`http_api_prefix`), such as `/tempo`; empty where nothing does.
    #[serde(default)]
    pub prefix: String,
    /// The longest range of time that one search may have (`query_frontend.search.max_duration`); `None` where nothing
    /// bounds it or nobody told.
    #[serde(default)]
    pub longest_range: Option<SignedDuration>,
    /// How many traces one search may return (`query_frontend.search.max_result_limit`), likewise.
    #[serde(default)]
    pub most_traces: Option<u64>,
}

//! How a backend answers queries: a search, and the newest trace that it found read by its id.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What came of one search and of reading one trace that it found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryPath {
    /// The search for any trace of the window: `/api/search?q={}…`.
    pub search: String,
    /// How it was answered.
    pub answer: QueryAnswer,
    /// How many traces it found.
    pub found: u64,
    /// How many canaries another search found where this one, which leaves them out, found nothing.
    #[serde(default)]
    pub canaries: u64,
    /// The newest of them, read by its id; `None` where nothing was found.
    pub read_back: Option<ReadBack>,
}

/// One trace that a search found, read by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadBack {
    /// Its id, 32 digits.
    pub trace_id: String,
    /// When it began, by the search.
    pub started_at: Option<Timestamp>,
    /// How the question for it was answered.
    pub answer: QueryAnswer,
}

/// How a question was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryAnswer {
    /// 200.
    Answered,
    /// Another status.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The first line of the body, redacted.
        reason: String,
    },
}

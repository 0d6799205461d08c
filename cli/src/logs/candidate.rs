//! Whether a line can prove something about exporting, before it is decoded.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use ptctl_diagnosis::export_errors;

use super::endpoints::Endpoints;

/// Words without which no line of any client tells of a failed connection.
const FAILURES: [&str; 15] = [
    "rror",
    "RROR",
    "ail",
    "FAIL",
    "efused",
    "imeout",
    "imed out",
    "TIMEDOUT",
    "eadline",
    "navailable",
    "o such host",
    "xception",
    "nreachable",
    "eset by",
    "closed",
];

/// Whether it holds an anchor, or speaks of a failure and names one of the endpoints.
pub(super) fn is_candidate(bytes: &[u8], endpoints: &Endpoints) -> bool {
    let names = |endpoint: &String| {
        bytes
            .windows(endpoint.len())
            .any(|window| window.eq_ignore_ascii_case(endpoint.as_bytes()))
    };
    export_errors::is_candidate(bytes)
        // Whole lines are searched for a name only where they speak of a failure at all.
        || speaks_of_failure(bytes) && endpoints.names().iter().any(names)
}

fn speaks_of_failure(bytes: &[u8]) -> bool {
    static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .build(FAILURES)
            .ok()
    });
    WORDS.as_ref().is_none_or(|words| words.is_match(bytes))
}

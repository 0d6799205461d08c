//! The findings that no scenario provokes, and why.

use ptctl_diagnosis::catalogue::CATALOGUE;

/// Reasons, each with the codes of the findings that it keeps from being tried.
const REASONS: &[(&str, &[&str])] = &[
    (
        "minitempo generates no metrics of the spans that it gets, and nothing is recorded of a Tempo that does",
        &["PT1011", "PT1017", "PT1018"],
    ),
    (
        "minitempo has no ring, no Kafka, no object storage and no write-ahead log that Tempo would read",
        &[
            "PT0221", "PT0222", "PT0224", "PT0229", "PT0230", "PT0231", "PT0232", "PT0807",
        ],
    ),
    (
        "it takes hours until it shows",
        &["PT0132", "PT0806", "PT0809"],
    ),
    (
        "all containers have the clock of the one machine",
        &["PT0133"],
    ),
    (
        "minitempo receives no TLS, and cuts no connection short",
        &["PT0312", "PT0515"],
    ),
    (
        "more precise findings stand before it: it is what is left for a cause that has none of its own",
        &[
            "PT0103", "PT0205", "PT0505", "PT0506", "PT0507", "PT0508", "PT0519", "PT0521",
            "PT0522", "PT0604",
        ],
    ),
];

/// A finding that no scenario provokes.
#[derive(Debug)]
pub(crate) struct Untried {
    /// Its code.
    pub(crate) code: String,
    /// What it says.
    pub(crate) summary: &'static str,
    /// Why no scenario provokes it.
    pub(crate) reason: &'static str,
}

/// The findings that are not among these codes.
pub(crate) fn beside(provoked: &[&str]) -> Vec<Untried> {
    CATALOGUE
        .iter()
        .map(|check| (check.code.to_string(), check.summary))
        .filter(|(code, _)| !provoked.contains(&code.as_str()))
        .map(|(code, summary)| Untried {
            reason: reason(&code),
            code,
            summary,
        })
        .collect()
}

fn reason(code: &str) -> &'static str {
    REASONS
        .iter()
        .find(|(_, codes)| codes.contains(&code))
        .map_or("there is no scenario of it yet", |(reason, _)| *reason)
}

//! The findings that no scenario provokes, and why.

use ptctl_diagnosis::catalogue::CATALOGUE;

/// Reasons, each with the codes of the findings that it keeps from being tried.
const REASONS: &[(&str, &[&str])] = &[
    (
        "minitempo writes no metrics to Prometheus, and nothing is recorded of a Tempo that cannot",
        &["PT1011"],
    ),
    ("it takes callers without spans for minutes", &["PT1018"]),
    (
        "minitempo has no ring and no Kafka, and nothing is recorded of a Tempo that misses them",
        &["PT0229", "PT0231"],
    ),
    (
        "minitempo may delete whatever it wrote, and nothing is recorded of a Tempo that may not",
        &["PT0809"],
    ),
    (
        "it takes hours until it shows",
        &["PT0806", "PT0811", "PT0813"],
    ),
    (
        "it takes files of many megabytes that lie there for an hour, or a log of a gibibyte",
        &["PT0812", "PT0814"],
    ),
    (
        "the engine keeps its last 256 events, which the health checks of the lab's stacks use up before it shows",
        &["PT0136"],
    ),
    (
        "all containers have the clock of the one machine",
        &["PT0133", "PT0603"],
    ),
    (
        "it takes a thousand spans a second for ten minutes",
        &["PT0715"],
    ),
    ("minitempo receives no TLS", &["PT0312"]),
    (
        "minitempo finds by every way what it finds by one, keeps traces whole, and changes no text",
        &["PT0607", "PT0608", "PT0609", "PT0610"],
    ),
    (
        "neither our library nor Python's SDK says a word of it",
        &["PT0513"],
    ),
    (
        "the image of the Python services has no server that forks",
        &["PT0335"],
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

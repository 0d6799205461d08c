//! Which metrics a `PromQL` expression asks for, and who exports them.

use std::collections::BTreeSet;
use std::path::Path;

use super::{text, yaml};

/// What Tempo's metrics generator makes of spans; minitempo the same under the same names.
const GENERATED: [&str; 8] = [
    "traces_service_graph_request_client_seconds",
    "traces_service_graph_request_failed_total",
    "traces_service_graph_request_server_seconds",
    "traces_service_graph_request_total",
    "traces_spanmetrics_calls_total",
    "traces_spanmetrics_latency",
    "traces_spanmetrics_size_total",
    "traces_target_info",
];

/// What Prometheus itself adds to what it scrapes.
const OF_PROMETHEUS: [&str; 2] = ["up", "ALERTS"];

/// What `ptctl serve` says of its looks.
const OF_THE_DOCTOR: [&str; 3] = [
    "ptctl_findings",
    "ptctl_gather_duration_seconds",
    "ptctl_last_success_timestamp_seconds",
];

/// Words of `PromQL` that look like metrics and are none.
const WORDS: [&str; 22] = [
    "and", "atan2", "avg", "bool", "bottomk", "count", "group", "inf", "max", "min", "nan",
    "offset", "or", "quantile", "stddev", "stdvar", "sum", "topk", "unless", "by", "without", "on",
];

/// Words that a list of labels follows.
const BEFORE_LABELS: [&str; 6] = [
    "by",
    "group_left",
    "group_right",
    "ignoring",
    "on",
    "without",
];

/// The names of the metrics that an expression asks for.
pub(super) fn metrics(expression: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        if matches!(first, '"' | '\'' | '`') {
            rest = after(&rest[1..], first);
        } else if first == '{' {
            rest = after_selector(&rest[1..]);
        } else if first == '[' {
            rest = after(rest, ']');
        } else if is_part(first) {
            let end = rest.find(|next| !is_part(next)).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            rest = behind;
            let opens = behind.trim_start().starts_with('(');
            if opens && BEFORE_LABELS.contains(&word) {
                rest = after(behind, ')');
            } else if !opens && !first.is_ascii_digit() && first != '$' && !WORDS.contains(&word) {
                found.insert(word.to_owned());
            }
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
    found
}

fn is_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | ':' | '$')
}

/// What follows the next `end`.
fn after(text: &str, end: char) -> &str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

/// What follows the labels of a selector, in whose strings braces may stand.
fn after_selector(text: &str) -> &str {
    let mut quoted = false;
    for (index, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '}' if !quoted => return &text[index + 1..],
            _ => {}
        }
    }
    ""
}

/// Every metric that somebody of the stack exports, or that the rules record.
pub(super) struct Exported {
    sources: String,
    recorded: BTreeSet<String>,
}

impl Exported {
    /// As the sources of the services and of minitempo, which uses Tempo's names, and the rules have it.
    pub(super) fn read() -> Self {
        let mut sources = text("services/kit/src/metrics.rs");
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        read_all(&repository.join("services/minitempo/src"), &mut sources);
        let recorded = super::alerts::rules()
            .iter()
            .filter_map(|rule| rule["record"].as_str().map(str::to_owned))
            .collect();
        Self { sources, recorded }
    }

    /// Whether this is one of them.
    pub(super) fn has(&self, metric: &str) -> bool {
        let base = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|suffix| metric.strip_suffix(suffix))
            .unwrap_or(metric);
        [metric, base].iter().any(|name| {
            GENERATED.contains(name)
                || OF_PROMETHEUS.contains(name)
                || OF_THE_DOCTOR.contains(name)
                || self.recorded.contains(*name)
                || self.sources.contains(&format!("\"{name}\""))
        })
    }
}

fn read_all(folder: &Path, into: &mut String) {
    let entries = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("could not read {}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("an entry of a folder").path();
        if path.is_dir() {
            read_all(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("could not read {}: {error}", path.display()));
            into.push_str(&source);
        }
    }
}

#[test]
fn the_metrics_of_an_expression_are_told_from_its_functions_labels_and_strings() {
    let expression = r#"histogram_quantile($percentile, sum by (service, le) (rate(a_bucket{le=~"a|}b"}[5m])))
        / on (service) group_left (team) (c:d offset 15m > 10e9) unless sum(e) or 0 * vector(1)"#;
    let found: Vec<String> = metrics(expression).into_iter().collect();
    assert_eq!(found, ["a_bucket", "c:d", "e"]);
}

#[test]
fn what_is_in_no_source_is_not_exported() {
    let exported = Exported::read();
    assert!(exported.has("telemetry_spans_made_total"));
    assert!(exported.has("tempo_request_duration_seconds_bucket"));
    assert!(!exported.has("telemetry_spans_mode_total"));
    assert!(!exported.has("tempo_ingester_live_traces_total"));
}

#[test]
fn the_rules_lie_where_prometheus_looks_for_them() {
    let prometheus = yaml("config/prometheus/prometheus.yml");
    assert_eq!(prometheus["rule_files"][0], "/etc/prometheus/rules/*.yml");
    let mounts = super::service("prometheus");
    assert!(
        super::strings(&mounts["volumes"])
            .contains(&"./config/prometheus/rules:/etc/prometheus/rules:ro")
    );
}

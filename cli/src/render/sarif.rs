//! The report as SARIF 2.1.0, for code scanning and editors.
//!
//! The format: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. As much of it as a report fills.

mod place;
mod rule;

use ptctl_diagnosis::{
    code::Code,
    diagnosis::Reference,
    finding::{Finding, Severity},
    policy::Fingerprint,
};
use serde::Serialize;

use self::{
    place::{Location, locations},
    rule::{Rule, rules},
};
use super::report::Report;

/// The name under which [`Fingerprint`] stands among the partial fingerprints.
const FINGERPRINT: &str = "ptctl/v1";

/// A SARIF document.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    results: Vec<ResultItem>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: String,
    rules: Vec<Rule>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
    tool_execution_notifications: Vec<Notification>,
}

/// A look that failed.
#[derive(Debug, Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

/// A text, and the same in Markdown.
#[derive(Debug, Serialize)]
struct Message {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultItem {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    partial_fingerprints: std::collections::BTreeMap<&'static str, Fingerprint>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
    properties: Properties,
}

#[derive(Debug, Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    docs: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    caused_by: Option<Reference>,
}

/// A finding on its way to becoming a result.
struct Item<'a> {
    finding: &'a Finding,
    beneath: Option<Reference>,
    suppression: Option<Suppression>,
    is: Age,
}

/// Whether the baseline has a finding as well.
#[derive(Clone, Copy)]
enum Age {
    New,
    Unchanged,
}

/// The document of a report.
pub(super) fn log(report: &Report<'_>) -> Log {
    let items = items(report);
    let mut codes: Vec<Code> = items.iter().map(|item| item.finding.code).collect();
    codes.sort();
    codes.dedup();
    let results = items
        .into_iter()
        .map(|item| result(report, item, &codes))
        .collect();
    Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "ptctl",
                    semantic_version: env!("CARGO_PKG_VERSION").to_owned(),
                    rules: rules(&codes),
                },
            },
            invocations: [invocation(report)],
            column_kind: "unicodeCodePoints",
            results,
        }],
    }
}

fn invocation(report: &Report<'_>) -> Invocation {
    let diagnosis = report.diagnosis;
    let notifications = diagnosis.gaps.iter().map(|gap| Notification {
        level: if gap.probe.is_essential() {
            "error"
        } else {
            "note"
        },
        message: Message {
            text: format!(
                "could not look at the {} of {}: {}",
                gap.probe.describe(),
                gap.subject,
                gap.reason
            ),
            markdown: None,
        },
    });
    Invocation {
        execution_successful: !diagnosis.is_blind() && !report.snapshot.timed_out,
        exit_code: report.exit.code(),
        tool_execution_notifications: notifications.collect(),
    }
}

fn items<'a>(report: &Report<'a>) -> Vec<Item<'a>> {
    let diagnosis = report.diagnosis;
    let new = |finding, beneath| Item {
        finding,
        beneath,
        suppression: None,
        is: Age::New,
    };
    let mut items = Vec::new();
    for cause in &diagnosis.causes {
        items.push(new(&cause.finding, None));
        let beneath = Reference::to(&cause.finding);
        let symptoms = cause.symptoms.iter();
        items.extend(symptoms.map(|symptom| new(symptom, Some(beneath.clone()))));
    }
    for suppressed in &diagnosis.suppressed {
        let reason = suppressed.reason.as_deref().unwrap_or("no reason given");
        items.push(Item {
            suppression: Some(Suppression {
                kind: "external",
                justification: format!("{}: {reason}", suppressed.origin),
            }),
            ..new(&suppressed.finding, suppressed.beneath.clone())
        });
    }
    for known in &diagnosis.known {
        items.push(Item {
            is: Age::Unchanged,
            ..new(&known.finding, known.beneath.clone())
        });
    }
    items
}

fn result(report: &Report<'_>, item: Item<'_>, codes: &[Code]) -> ResultItem {
    let finding = item.finding;
    let state = match item.is {
        Age::New => "new",
        Age::Unchanged => "unchanged",
    };
    ResultItem {
        rule_id: finding.code.to_string(),
        rule_index: codes.partition_point(|code| *code < finding.code),
        level: level(finding.severity),
        message: message(finding),
        locations: locations(report, finding),
        partial_fingerprints: [(FINGERPRINT, Fingerprint::of(finding))].into(),
        baseline_state: report.policy.baseline.is_some().then_some(state),
        suppressions: item.suppression.into_iter().collect(),
        properties: Properties {
            docs: finding.code.page(),
            caused_by: item.beneath,
        },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn message(finding: &Finding) -> Message {
    let mut text = format!("{}\nRemedy: {}", finding.message, finding.remedy.action);
    if let Some(command) = &finding.remedy.command {
        text.push_str("\n$ ");
        text.push_str(command);
    }
    Message {
        text,
        markdown: Some(super::markdown::message(finding)),
    }
}

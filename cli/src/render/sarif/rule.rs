//! A check as a rule: what the catalogue says about it.

use ptctl_diagnosis::{catalogue, check::Check, code::Code};
use serde::Serialize;

use super::level;

/// A rule.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    id: String,
    name: String,
    short_description: Text,
    full_description: Text,
    help: Help,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Debug, Serialize)]
struct Text {
    text: String,
}

#[derive(Debug, Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Properties {
    tags: Vec<&'static str>,
    docs: String,
}

/// The rules with these codes, in their order.
pub(super) fn rules(codes: &[Code]) -> Vec<Rule> {
    codes
        .iter()
        .filter_map(|code| catalogue::by_code(*code))
        .map(rule)
        .collect()
}

fn rule(check: &Check) -> Rule {
    let markdown = help(check);
    Rule {
        id: check.code.to_string(),
        name: pascal_case(check.name),
        short_description: Text {
            text: format!("{}.", check.summary),
        },
        full_description: Text {
            text: check.why.to_owned(),
        },
        help: Help {
            text: markdown.replace("**", ""),
            markdown,
        },
        default_configuration: Configuration {
            level: level(check.severity),
        },
        properties: Properties {
            tags: check.code.area().iter().map(|area| area.folder()).collect(),
            docs: check.code.page(),
        },
    }
}

fn help(check: &Check) -> String {
    let causes: Vec<String> = check
        .causes
        .iter()
        .map(|cause| format!("- {cause}"))
        .collect();
    format!(
        "**Why it matters.** {}\n\n**Common causes.**\n\n{}\n\n**Remedy.** {}\n\n**Verify.** {}\n",
        check.why,
        causes.join("\n"),
        check.remedy,
        check.verify
    )
}

/// `tempo-not-ready` as `TempoNotReady`, which is how SARIF names rules.
fn pascal_case(name: &str) -> String {
    name.split('-')
        .filter_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_uppercase().chain(letters).collect::<String>())
        })
        .collect()
}
